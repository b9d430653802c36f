import { expect, it } from 'vitest'
import { isSpan, shortSpan } from './span'

it('reads lengths of time', () => {
  expect(['90s', '10m', '1h30m', '500ms', '15m0s', '0'].every(isSpan)).toBe(true)
  expect(['', '10', 'm', '1x', '-5s', '1.5h'].some(isSpan)).toBe(false)
  expect(['15m0s', '1h0m0s', '0s', '500ms', '1m30s', 'x'].map(shortSpan)).toEqual(['15m', '1h', '0s', '500ms', '1m30s', 'x'])
})
