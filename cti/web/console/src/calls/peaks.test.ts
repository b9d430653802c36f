import { describe, expect, it } from 'vitest'
import { outline, peaksOf, raise, slice } from './peaks'

describe('peaks', () => {
  it('are the loudest of each part', () => {
    expect(peaksOf(Float32Array.from([0, -0.5, 0.25, 0, 0, 1]), 3)).toEqual([0.5, 0.25, 1])
    expect(peaksOf(new Float32Array(0), 3)).toEqual([])
  })

  it('are cut by time', () => {
    expect(slice([1, 2, 3, 4], 1000, 3000, 4000)).toEqual([2, 3])
    expect(slice([1, 2, 3, 4], 3990, 9000, 4000)).toEqual([])
    expect(slice([1, 2, 3, 4], 0, 1, 4000)).toEqual([1])
  })

  it('are raised together, and silence is not', () => {
    expect(raise([[0.25, 0.5], [0.1]])).toEqual([[0.5, 1], [0.2]])
    expect(raise([[0.001]])[0]![0]).toBeCloseTo(0.05)
  })

  it('have an outline around the middle', () => {
    expect(outline([1, 0])).toBe('0,0.000 1,0.500 1,0.500 0,1.000')
  })
})
