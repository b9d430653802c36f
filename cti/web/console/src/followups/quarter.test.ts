import { expect, test } from 'vitest'
import { quartersOver } from './quarter'

test('a quarter is over when the next has begun', () => {
  expect(quartersOver(new Date(2026, 8, 30), 1)).toEqual(['2026-Q2'])
  expect(quartersOver(new Date(2026, 9, 1), 1)).toEqual(['2026-Q3'])
  expect(quartersOver(new Date(2027, 0, 1), 5)).toEqual(['2026-Q4', '2026-Q3', '2026-Q2', '2026-Q1', '2025-Q4'])
})
