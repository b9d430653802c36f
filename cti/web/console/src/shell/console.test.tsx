import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { App, Modal } from 'antd'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const server = vi.hoisted(() => ({ get: vi.fn(), post: vi.fn(), view: (() => null) as () => ReactNode }))
vi.mock('../api/client', async (original) => ({ ...await original<typeof import('../api/client')>(), api: { GET: server.get, POST: server.post } }))
// The pages themselves are tried elsewhere.
vi.mock('../phone/provider', () => ({
  PhoneProvider: ({ closing, children }: { closing: boolean; children: ReactNode }) => <section data-testid="phone" data-closing={closing}>{children}</section>,
  usePhone: () => ({ state: { call: { state: 'talking' } } }),
}))
vi.mock('../live/provider', () => ({ LiveProvider: ({ children }: { children: unknown }) => children }))
vi.mock('../desk/provider', () => ({ DeskProvider: ({ children }: { children: unknown }) => children }))
vi.mock('./pages', () => ({ pages: [{ path: '/', roles: [], view: () => <server.view /> }], landing: () => '/' }))
vi.mock('./frame', () => ({ Frame: ({ children, onLogout }: { children: never; onLogout: () => void }) => <>{children}<button onClick={onLogout}>leave</button></> }))

import { MemoryRouter } from 'react-router'
import { ask } from '../api/client'
import { Console, Session } from './console'
import { setLanguage } from './text'

const status = (n: number) => ({ error: { title: 'no', status: n }, response: new Response(null, { status: n }) })
const me = { data: { number: '1001', role: 'agent', company: 'demo' }, response: new Response() }
const pass = (ms: number) => act(async () => void await vi.advanceTimersByTimeAsync(ms))
const asked = () => screen.queryByLabelText('Number')

beforeEach(() => {
  vi.useFakeTimers()
  setLanguage('en')
  server.get.mockReset()
  server.post.mockReset()
  server.view = () => <p>page</p>
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {} }))
  globalThis.ResizeObserver ??= class { observe() {} unobserve() {} disconnect() {} }
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const show = () => render(<App><MemoryRouter><Session /></MemoryRouter></App>)

it('asks nobody to log in for a server that is away for a moment', async () => {
  server.get.mockResolvedValueOnce(status(503)).mockRejectedValueOnce(new TypeError('no network')).mockResolvedValue(me)
  show()
  await pass(3_000)
  expect(asked()).toBeNull()
  await pass(3_000)
  expect(screen.getByText('page')).toBeTruthy()
})

it('asks who is not logged in', async () => {
  server.get.mockResolvedValue(status(401))
  show()
  await pass(100)
  expect(asked()).toBeTruthy()
})

it('tells who logs out that he is not, where the server was not reached', async () => {
  server.get.mockResolvedValue(me)
  server.post.mockRejectedValueOnce(new TypeError('no network')).mockResolvedValue({ response: new Response(null, { status: 204 }) })
  show()
  await pass(100)
  fireEvent.click(screen.getByText('leave'))
  await pass(100)
  expect(screen.getByText('page')).toBeTruthy()
  expect(screen.getByText('The server cannot be reached')).toBeTruthy()
  fireEvent.click(screen.getByText('leave'))
  await pass(100)
  expect(asked()).toBeTruthy()
})

it.each(['login-needed', 'login-ended'])('keeps the talk of who is told %s', async (kind) => {
  server.get.mockResolvedValue(me)
  show()
  await pass(100)
  const phone = screen.getByTestId('phone')
  expect(phone.dataset.closing).toBe('false')
  const ended = { error: { title: 'no', status: 401, type: `urn:sansheng:problem:${kind}` }, response: new Response(null, { status: 401 }) }
  await act(async () => void await ask(Promise.resolve(ended)).catch(() => undefined))
  expect(asked()).toBeTruthy()
  expect(screen.getByText('Your call goes on; log in to see it again.')).toBeTruthy()
  expect(screen.getByTestId('phone')).toBe(phone)
  expect(phone.dataset.closing).toBe('true')
})

it('keeps a dialog open when somebody clicks beside it', async () => {
  const onCancel = vi.fn()
  server.get.mockResolvedValue(me)
  server.view = () => <Modal open onCancel={onCancel}>dialog</Modal>
  render(<Console />)
  await pass(1_000)
  const beside = document.querySelector('.ant-modal-wrap')!
  fireEvent.mouseDown(beside)
  fireEvent.mouseUp(beside)
  fireEvent.click(beside)
  await pass(1_000)
  expect(onCancel).not.toHaveBeenCalled()
})
