import { describe, expect, it } from 'vitest'
import { minutesTo, promiseOrder } from './promise'

const now = Date.parse('2026-03-02T09:00:00Z')

describe('a promise to call back', () => {
  it('is of one click', () => {
    expect(promiseOrder('c1', '13800138000', { minutes: 3 }, now)).toEqual({ for: 'call:c1', due: '2026-03-02T09:03:00.000Z' })
  })
  it('names a number only where it is another', () => {
    const due = '2026-03-02T10:00:00.000Z'
    expect(promiseOrder('c1', '13800138000', { due, to: '13800138000' }, now)).toEqual({ for: 'call:c1', due })
    expect(promiseOrder('c1', '13800138000', { due, to: '13800138001' }, now)).toEqual({ for: 'call:c1', due, to: '13800138001' })
    expect(promiseOrder('c1', '13800138000', { due, to: '' }, now)).toEqual({ for: 'call:c1', due })
  })
  it('is told in whole minutes', () => {
    expect(minutesTo('2026-03-02T09:03:00Z', now + 40)).toBe(3)
    expect(minutesTo('2026-03-02T09:02:10Z', now)).toBe(3)
    expect(minutesTo('2026-03-02T08:00:00Z', now)).toBe(1)
  })
})
