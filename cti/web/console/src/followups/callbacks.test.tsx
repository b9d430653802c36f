import { focusManager, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { App } from 'antd'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { MeContext } from '../shell/me'
import { setLanguage } from '../shell/text'

const get = vi.hoisted(() => vi.fn())
vi.mock('../api/client', async (original) => ({ ...await original<typeof import('../api/client')>(), api: { GET: get } }))
vi.mock('../parts/reason', () => ({ ReasonButton: () => null, RevealButton: ({ onReveal }: { onReveal: (why: string) => void }) => <button onClick={() => onReveal('to call back')}>reveal</button> }))

import { Callbacks } from './callbacks'
import './text'

const owed = { data: { callbacks: [{ call: 'c1', company: 'demo', queue: 'service', number: '138****0000', attempts: 0, asked_at: '2026-03-02T08:00:00Z', promised_until: null, due_at: null, ended_at: null }] }, response: new Response() }
const pass = (ms: number) => act(async () => void await vi.advanceTimersByTimeAsync(ms))

beforeEach(() => {
  vi.useFakeTimers()
  setLanguage('en')
  get.mockReset().mockResolvedValue(owed)
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {} }))
  globalThis.ResizeObserver ??= class { observe() {} unobserve() {} disconnect() {} }
})
afterEach(() => {
  cleanup()
  focusManager.setFocused(undefined)
  vi.useRealTimers()
})

function show() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 10_000 } } })
  render(
    <App><MeContext value={{ number: '2001', company: 'demo', role: 'shift_leader' } as never}>
      <QueryClientProvider client={client}><MemoryRouter><Callbacks /></MemoryRouter></QueryClientProvider>
    </MeContext></App>,
  )
}

it('says where its list is old, and keeps it', async () => {
  show()
  await pass(1_000)
  expect(screen.queryByRole('alert')).toBeNull()
  get.mockResolvedValue({ error: { title: 'away', status: 503 }, response: new Response(null, { status: 503 }) })
  await pass(6_000)
  expect(screen.getByRole('alert')).toBeTruthy()
  expect(screen.getByText('138****0000')).toBeTruthy()
  get.mockResolvedValue(owed)
  await pass(6_000)
  expect(screen.queryByRole('alert')).toBeNull()
})

it('reads whole numbers once for a reason, not each time somebody looks', async () => {
  show()
  await pass(1_000)
  fireEvent.click(screen.getByText('reveal'))
  await pass(1_000)
  const read = get.mock.calls.length
  for (let i = 0; i < 3; i++) {
    await pass(60_000)
    await act(async () => {
      focusManager.setFocused(false)
      focusManager.setFocused(true)
    })
  }
  await pass(1_000)
  expect(get).toHaveBeenCalledTimes(read)
})
