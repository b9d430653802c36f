import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ProblemError } from '../api/client'
import type { Phone, PhoneCall } from '../phone/phone'
import { MeContext } from '../shell/me'
import { setLanguage } from '../shell/text'
import { DeskProvider } from './provider'
import type { Heard } from './wire'

const held = vi.hoisted(() => ({ send: vi.fn(), follow: vi.fn(), phone: null as unknown, rings: vi.fn(), quiet: vi.fn() }))
vi.mock('../api/client', async (original) => ({ ...await original<typeof import('../api/client')>(), send: held.send }))
vi.mock('../live/provider', () => ({ useLive: () => held }))
vi.mock('../phone/provider', () => ({ usePhone: () => held.phone }))
vi.mock('./bell', () => ({ bell: { start: held.rings, stop: held.quiet } }))

let say: (heard: Heard) => void
const at = new Date().toISOString()
const pass = (ms: number) => act(async () => void await vi.advanceTimersByTimeAsync(ms))

function phoneOf(call: Partial<PhoneCall> | null): Phone {
  return {
    state: { kind: 'browser', registered: true, elsewhere: false, problem: null, call: call && { direction: 'in', state: 'ringing', peer: '13800000000', since: Date.now(), muted: false, ...call } },
    answer: vi.fn(), hangUp: vi.fn(), mute: vi.fn(), keys: vi.fn(), choose: vi.fn(async () => undefined),
  }
}

function show() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  return render(
    <MeContext value={{ number: '1001', company: 'demo', role: 'agent' } as never}><QueryClientProvider client={client}>
      <MemoryRouter initialEntries={['/tickets']}><DeskProvider><p>page</p></DeskProvider></MemoryRouter>
    </QueryClientProvider></MeContext>,
  )
}

beforeEach(() => {
  vi.useFakeTimers()
  setLanguage('en')
  held.phone = phoneOf(null)
  held.send.mockReset().mockResolvedValue({ desk: 'live.desk.1001' })
  held.rings.mockReset()
  held.follow.mockReset().mockImplementation(({ onSnapshot }: { onSnapshot: typeof say }) => {
    say = onSnapshot
    return () => undefined
  })
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

it('lets a call be answered of which the live data say nothing', async () => {
  held.send.mockRejectedValue(new ProblemError(503, 'no leader', ''))
  const phone = (held.phone = phoneOf({})) as Phone
  show()
  await pass(500)
  expect(screen.queryByTestId('phone-bar')).toBeNull() // they may be a moment late
  await pass(2_000)
  expect(held.rings).toHaveBeenCalledTimes(1)
  fireEvent.click(screen.getByRole('button', { name: 'Answer' }))
  expect(phone.answer).toHaveBeenCalledTimes(1)
  fireEvent.keyDown(document.body, { key: 'F2' })
  expect(phone.answer).toHaveBeenCalledTimes(2)
})

it('shows a call that the desk has told of at the desk only, and answers it with F2 from every page', async () => {
  const phone = (held.phone = phoneOf({})) as Phone
  show()
  await pass(0)
  act(() => say({
    epoch: 'a', seq: 1, at, agents: [{ agent: '1001', company: 'demo', state: 'Ringing', since: at, reachable: true, call: 'c1' }],
    calls: [{ call: 'c1', company: 'demo', did: '800100', caller: '13800000000', direction: 'inbound', state: 'ringing', agent: '1001', emergency: false, started_at: at, ring_ms: 5_000, recording: false, recording_paused: false }],
  }))
  await pass(10_000)
  expect(screen.queryByTestId('phone-bar')).toBeNull()
  expect(screen.getByRole('alert').textContent).toContain('13800000000')
  fireEvent.keyDown(document.body, { key: 'F2' })
  expect(phone.answer).toHaveBeenCalledTimes(1)
})

it('follows the desk once there is one again', async () => {
  held.send.mockRejectedValueOnce(new ProblemError(503, 'no leader', ''))
  show()
  await pass(1_000)
  expect(held.follow).not.toHaveBeenCalled()
  await pass(5_000)
  expect(held.follow).toHaveBeenCalledTimes(1)
})

it('leaves the ring tone to the page that has the phone, and answers there', async () => {
  const phone = (held.phone = phoneOf({})) as Phone
  phone.state.elsewhere = true
  show()
  await pass(0)
  act(() => say({
    epoch: 'a', seq: 1, at, agents: [{ agent: '1001', company: 'demo', state: 'Ringing', since: at, reachable: true, call: 'c1' }],
    calls: [{ call: 'c1', company: 'demo', did: '800100', caller: '13800000000', direction: 'inbound', state: 'ringing', agent: '1001', emergency: false, started_at: at, ring_ms: 5_000, recording: false, recording_paused: false }],
  }))
  await pass(10_000)
  expect(held.rings).not.toHaveBeenCalled()
  fireEvent.keyDown(document.body, { key: 'F2' })
  expect(phone.answer).toHaveBeenCalledTimes(1)
})
