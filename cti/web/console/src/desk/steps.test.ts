import { describe, expect, it } from 'vitest'
import { promisedMinutes, situations, stepAt } from './steps'

describe('stepAt', () => {
  it('goes through the procedure for a caller who is not heard (A3)', () => {
    expect(stepAt('silent', 0)).toEqual({ now: 0, count: 3, left: 3_000, mayEnd: false })
    expect(stepAt('silent', 3_000)).toEqual({ now: 1, count: 3, left: 3_000, mayEnd: false })
    expect(stepAt('silent', 6_500)).toEqual({ now: 2, count: 3, left: 1_500, mayEnd: false })
    expect(stepAt('silent', 8_000)).toEqual({ now: 2, count: 3, left: null, mayEnd: true })
  })

  it('lets the agent hang up after two questions, 3 s apart (A6)', () => {
    expect(stepAt('linger', 2_999)).toMatchObject({ now: 0, mayEnd: false })
    expect(stepAt('linger', 3_000)).toMatchObject({ now: 1, left: 3_000 })
    expect(stepAt('linger', 6_000)).toMatchObject({ left: null, mayEnd: true })
  })

  it('waits for nothing where there is no pause to keep', () => {
    expect(stepAt('wait', 0)).toEqual({ now: 1, count: 2, left: null, mayEnd: false })
    expect(stepAt('audio', 60_000)).toMatchObject({ left: null, mayEnd: false })
  })

  it('knows the promises of A5 and A7', () => {
    expect(promisedMinutes).toEqual({ audio: 3, lookup: 30 })
    expect(situations).toHaveLength(6)
  })
})
