import { act, cleanup, render, screen } from '@testing-library/react'
import { Suspense, type ComponentType } from 'react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Boundary } from './broken'
import { lazily } from './lazily'
import { setLanguage } from './text'

const held = vi.hoisted(() => ({ phone: null as unknown, anew: vi.fn() }))
vi.mock('../phone/provider', () => ({ usePhone: () => held.phone }))
vi.mock('./lazily', async (original) => ({ ...await original<typeof import('./lazily')>(), anew: held.anew }))

const index = (script: string) => async () => new Response(`<script type="module" crossorigin src="${script}"></script>`)
const missing = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'))
const there = async () => ({ default: () => <p>page</p> })
const pass = (ms: number) => act(async () => void await vi.advanceTimersByTimeAsync(ms))

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(console, 'error').mockImplementation(() => undefined) // React tells of what a boundary has caught
  setLanguage('en')
  held.phone = null
  held.anew.mockReset()
  const script = document.createElement('script')
  script.setAttribute('type', 'module')
  script.setAttribute('src', '/assets/index-one.js')
  document.head.replaceChildren(script)
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {} }))
})
afterEach(() => {
  cleanup()
  document.head.replaceChildren()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

function show(load: () => Promise<{ default: ComponentType }>) {
  const Page = lazily(load)
  render(<Boundary at="/"><Suspense fallback={<p>loading</p>}><Page /></Suspense></Boundary>)
}

it('waits for a server that is away', async () => {
  const load = vi.fn(there).mockImplementationOnce(missing).mockImplementationOnce(missing)
  vi.stubGlobal('fetch', vi.fn(() => Promise.reject(new TypeError('no network'))))
  show(load)
  await pass(1_000)
  expect(screen.getByText('loading')).toBeTruthy()
  await pass(4_000)
  expect(screen.getByText('page')).toBeTruthy()
  expect(held.anew).not.toHaveBeenCalled()
})

it('is loaded anew after an upgrade', async () => {
  vi.stubGlobal('fetch', vi.fn(index('/assets/index-two.js')))
  show(missing)
  await pass(100)
  expect(held.anew).toHaveBeenCalledTimes(1)
})

it('asks who is in a call, which loses its sound for a moment', async () => {
  held.phone = { state: { call: { state: 'talking' } } }
  vi.stubGlobal('fetch', vi.fn(index('/assets/index-two.js')))
  show(missing)
  await pass(100)
  expect(held.anew).not.toHaveBeenCalled()
  act(() => screen.getByRole('button', { name: 'Load anew' }).click())
  expect(held.anew).toHaveBeenCalledTimes(1)
})

it('is loaded anew where the browser remembers that the script was away', async () => {
  vi.stubGlobal('fetch', vi.fn(index('/assets/index-one.js')).mockImplementationOnce(() => Promise.reject(new TypeError('no network'))))
  show(missing)
  await pass(10_000)
  expect(held.anew).toHaveBeenCalledTimes(1)
})

it('tells of a page that fails with the version there is, and does not load it for ever', async () => {
  const load = vi.fn(missing)
  vi.stubGlobal('fetch', vi.fn(index('/assets/index-one.js')))
  show(load)
  await pass(60_000)
  expect(screen.getByText('This page has failed; the others go on')).toBeTruthy()
  expect(load).toHaveBeenCalledTimes(2)
  expect(held.anew).not.toHaveBeenCalled()
})
