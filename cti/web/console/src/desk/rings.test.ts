import { describe, expect, it } from 'vitest'
import { ringsAt, ringShare, ringsSince, urgencyOf } from './rings'
import type { LiveCall } from './wire'

const at = '2026-11-20T08:00:00.000Z'
const ms = Date.parse(at)

describe('rings', () => {
  it('counts the ring under way', () => {
    expect([0, 4_999, 5_000, 9_999, 10_000, 15_000].map((d) => ringsAt(at, 5_000, ms + d))).toEqual([1, 1, 2, 2, 3, 4])
  })

  it('is in its first ring where this clock is behind the switch', () => {
    expect(ringsAt(at, 5_000, ms - 800)).toBe(1)
    expect(ringShare(at, 5_000, ms - 800)).toBe(0)
  })

  it('says none where nothing is known', () => {
    expect(ringsAt(undefined, 5_000, ms)).toBe(0)
    expect(ringsAt('soon', 5_000, ms)).toBe(0)
    expect(ringsAt(at, 0, ms)).toBe(0)
  })

  it('tells how much of a ring is over', () => {
    expect(ringShare(at, 5_000, ms + 6_000)).toBeCloseTo(0.2)
  })

  it('keeps the promise up to the third', () => {
    expect([1, 2, 3, 4, 9].map(urgencyOf)).toEqual(['calm', 'soon', 'last', 'late', 'late'])
  })

  it('counts from when this agent is rung', () => {
    const call = { started_at: 'a', ringing_since: 'b', consult: { to: '1002', state: 'ringing', since: 'c' } } as LiveCall
    expect(ringsSince(call, '1002')).toBe('c')
    expect(ringsSince(call, '1001')).toBe('b')
    expect(ringsSince({ started_at: 'a' } as LiveCall, '1001')).toBe('a')
  })
})
