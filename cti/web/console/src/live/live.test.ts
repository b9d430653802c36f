import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const nats = vi.hoisted(() => ({ connect: vi.fn() }))
vi.mock('@nats-io/nats-core', () => ({ wsconnect: nats.connect, tokenAuthenticator: (token: string) => token }))

import { ProblemError } from '../api/client'
import { Live, oldFor, type Numbered } from './live'

/** A connection that says what the test has it say, until the test ends it. */
function connection() {
  let hear: (error: null, m: { json: () => Numbered }) => void = () => undefined
  let end: () => void = () => undefined
  const closed = new Promise<void>((done) => (end = done))
  return {
    subscribe: (_: string, { callback }: { callback: typeof hear }) => {
      hear = callback
      return { unsubscribe: () => (hear = () => undefined) }
    },
    flush: () => Promise.resolve(), closed: () => closed, close: () => Promise.resolve(end()),
    say: (seq: number, epoch = 'a', at?: number) => hear(null, { json: () => ({ epoch, seq, at: at === undefined ? undefined : new Date(at).toISOString() }) }), end,
  }
}

let told: string[]
let now: Numbered
let snapshot: () => Promise<Numbered>
let pass: () => Promise<{ token: string; expires: string; inbox: string }>

beforeEach(() => {
  vi.useFakeTimers()
  told = []
  now = { epoch: 'a', seq: 1 }
  snapshot = () => Promise.resolve({ ...now })
  let n = 0
  pass = vi.fn(() => Promise.resolve({ token: `t${++n}`, expires: '', inbox: '_INBOX.x' }))
})
afterEach(() => {
  vi.useRealTimers()
  nats.connect.mockReset()
})

const settle = () => vi.advanceTimersByTimeAsync(0)

async function followed() {
  const first = connection()
  nats.connect.mockResolvedValueOnce(first)
  const live = new Live(() => pass(), 'ws://x/nats')
  const end = live.follow({ subject: 'live.desk.1', snapshot: () => snapshot(), onSnapshot: (s) => told.push(`=${s.seq}`), onDelta: (d) => told.push(`+${d.seq}`) })
  void live.run()
  await settle()
  return { live, first, end }
}

it('tells changes in their order, and reads anew where one is missing', async () => {
  const { live, first } = await followed()
  first.say(1)
  first.say(2)
  first.say(4)
  now.seq = 4
  await settle()
  first.say(5)
  expect(told).toEqual(['=1', '+2', '=4', '+5'])
  expect(live.state.gaps).toBe(1)
})

it('reads anew where messages come late, and is old until they have caught up', async () => {
  const { live, first } = await followed()
  const stamped = (seq: number) => {
    now = { epoch: 'a', seq, at: new Date().toISOString() }
  }
  first.say(2, 'a', Date.now())
  const queued = [3, 4, 5, 6].map((seq, i) => ({ seq, at: Date.now() + i * 2_000 }))
  await vi.advanceTimersByTimeAsync(8_000)
  stamped(6)
  first.say(3, 'a', queued[0]!.at) // it was 8 s under way
  await settle()
  expect(told).toEqual(['=1', '+2', '=6'])
  expect(oldFor(live.state, Date.now())).toBe(0)
  for (const m of queued.slice(1)) { // what is in the snapshot makes nothing young
    await vi.advanceTimersByTimeAsync(2_000)
    first.say(m.seq, 'a', m.at)
  }
  expect(oldFor(live.state, Date.now())).toBeGreaterThan(5_000)
  first.say(7, 'a', Date.now())
  expect(told).toEqual(['=1', '+2', '=6', '+7'])
  expect(oldFor(live.state, Date.now())).toBe(0)
})

it('goes on where the clock of the server was set back', async () => {
  const { live, first } = await followed()
  first.say(2, 'a', Date.now())
  now = { epoch: 'a', seq: 3, at: new Date(Date.now() - 60_000).toISOString() }
  first.say(3, 'a', Date.now() - 60_000)
  await settle()
  first.say(4, 'a', Date.now() - 60_000)
  first.say(5, 'a', Date.now() - 60_000)
  expect(told).toEqual(['=1', '+2', '=3', '+4', '+5'])
  expect(live.state.gaps).toBe(0)
})

it('grows old while messages come of which it has no snapshot', async () => {
  const { live, first } = await followed()
  snapshot = () => Promise.reject(new Error('cut'))
  first.say(3)
  await vi.advanceTimersByTimeAsync(6_000)
  first.say(9)
  expect(oldFor(live.state, Date.now())).toBeGreaterThan(5_000)
  now.seq = 9
  snapshot = () => Promise.resolve({ ...now })
  await vi.advanceTimersByTimeAsync(2_000)
  expect(told).toEqual(['=1', '=9'])
  expect(oldFor(live.state, Date.now())).toBe(0)
})

it('does not wait for an answer that was asked for over the connection before', async () => {
  const { live, first } = await followed()
  snapshot = () => new Promise(() => undefined)
  first.say(3)
  await settle()
  const second = connection()
  nats.connect.mockResolvedValueOnce(second)
  now.seq = 7
  snapshot = () => Promise.resolve({ ...now })
  first.end()
  await vi.advanceTimersByTimeAsync(250)
  second.say(8)
  expect(told).toEqual(['=1', '=7', '+8'])
  expect(live.state.flowing).toBe(true)
})

it('takes another pass for another connection, and says so only where the screen was old', async () => {
  const { live, first } = await followed()
  const second = connection()
  nats.connect.mockResolvedValueOnce(second)
  first.end()
  await vi.advanceTimersByTimeAsync(250)
  expect(told).toEqual(['=1', '=1'])
  expect(live.state.gaps).toBe(0)
  nats.connect.mockRejectedValue(new Error('no way'))
  second.end()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(oldFor(live.state, Date.now())).toBeGreaterThan(15_000)
  nats.connect.mockReset().mockResolvedValue(connection())
  await vi.advanceTimersByTimeAsync(5_000)
  expect(live.state.gaps).toBe(1)
  expect(oldFor(live.state, Date.now())).toBe(0)
  expect(new Set(nats.connect.mock.calls.map(([o]) => (o as { authenticator: string }).authenticator)).has('t1')).toBe(false)
})

it('is not old where nothing is followed, as long as it is connected', async () => {
  const { live, first, end } = await followed()
  end()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(oldFor(live.state, Date.now())).toBe(0)
  nats.connect.mockRejectedValue(new Error('no way'))
  first.end()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(oldFor(live.state, Date.now())).toBeGreaterThan(8_000)
})

it('asks no more where the role may follow nothing', async () => {
  const asked = vi.fn(() => Promise.reject(new ProblemError(403, 'Forbidden', '')))
  await new Live(asked, 'ws://x/nats').run()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toHaveBeenCalledTimes(1)
})

it('says that it read anew after another start of the server, however short it was away', async () => {
  const { live, first } = await followed()
  first.say(2)
  now = { epoch: 'b', seq: 1 }
  nats.connect.mockResolvedValueOnce(connection())
  first.end()
  await vi.advanceTimersByTimeAsync(500)
  expect(told).toEqual(['=1', '+2', '=1'])
  expect(live.state.gaps).toBe(1)
})
