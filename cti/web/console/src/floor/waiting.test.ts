import { expect, test } from 'vitest'
import { callOf } from './example'
import { longestWait, otherCalls, ringOf, unseen, waitingCalls } from './waiting'

const at = (s: number) => new Date(Date.UTC(2026, 2, 2, 8, 0, s)).toISOString()
const now = Date.parse(at(60))

const calls = [
  callOf('young', { waiting_since: at(50) }),
  callOf('talk', { state: 'talking', agent: '1001' }),
  callOf('old', { waiting_since: at(1) }),
  callOf('fire', { emergency: true, waiting_since: at(59) }),
  callOf('rung', { state: 'ringing', waiting_since: at(20), ringing_since: at(49) }),
  callOf('dialled', { state: 'ringing', direction: 'outbound', started_at: at(2) }),
  callOf('unasked', { state: 'flow' }),
]

test('emergencies first, then who waits longest; also for whom a phone rings', () => {
  expect(waitingCalls(calls).map((c) => c.call)).toEqual(['fire', 'old', 'rung', 'young'])
})

test('the others are talks, menus and calls that agents make', () => {
  expect(otherCalls(calls).map((c) => c.call)).toEqual(['talk', 'unasked', 'dialled'])
})

test('rings are counted from one, each a whole period', () => {
  const ringing = callOf('r', { state: 'ringing', ringing_since: at(0) })
  const rings = [0, 4_999, 5_000, 14_999, 15_000].map((ms) => ringOf(ringing, Date.parse(at(0)) + ms))
  expect(rings).toEqual([1, 1, 2, 3, 4])
  expect(ringOf(ringing, Date.parse(at(0)) - 300)).toBe(1) // this machine's clock is behind
  expect(ringOf({ ...ringing, ringing_since: undefined, started_at: at(0) }, Date.parse(at(6)))).toBe(2)
  expect(ringOf(callOf('w'), now)).toBe(0)
  expect(ringOf({ ...ringing, ring_ms: 0 }, now)).toBe(0)
})

test('the longest wait', () => {
  expect(longestWait(calls, now)).toBe(59_000)
  expect(longestWait([], now)).toBe(0)
})

test('who was called, and was handed over to a queue, waits there as any caller', () => {
  const since = { direction: 'outbound' as const, started_at: at(2), emergency: true }
  const dialled = callOf('dialled', { ...since, waiting_since: at(2) })
  const handed = callOf('handed', { ...since, waiting_since: at(40) })
  const rung = callOf('rung', { ...since, waiting_since: at(41), state: 'ringing', agent: '1001' })
  expect(waitingCalls([dialled, handed, rung]).map((c) => c.call)).toEqual(['handed', 'rung'])
  expect(longestWait([dialled, handed], now)).toBe(20_000)
})

test('of callers who are not shown the queue tells', () => {
  const queue = (waiting: number) => ({ company: 'demo', queue: 'service', waiting, longest_since: at(9), agents: 1, ready: 1 })
  expect(unseen([queue(2)], [callOf('a'), callOf('b', { state: 'ringing' }), callOf('talk', { state: 'talking' })])).toEqual({ waiting: 0 })
  expect(unseen([queue(3)], [callOf('a'), callOf('other', { queue: 'sales' })])).toEqual({ waiting: 2, since: at(9) })
})
