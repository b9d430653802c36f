import { expect, test } from 'vitest'
import { figuresOf, rateIn } from './example'
import { percent, rateOf, standing, together } from './rates'

test('a rate is met at its target, missed below it, open where nothing is counted or asked', () => {
  expect(standing(rateIn('automatic', 98, 100, 0.98))).toBe('met')
  expect(standing(rateIn('automatic', 979, 1000, 0.98))).toBe('missed')
  expect(standing(rateIn('to_person', 17, 20, 0.85))).toBe('met')
  expect(standing(rateIn('person', 9, 10, 0.9))).toBe('met')
  expect(standing(rateIn('person', 0, 0, 0.9))).toBe('open')
  expect(standing(rateIn('within_three_rings', 1, 2))).toBe('open')
})

test('what is short of a target does not look as if it were met', () => {
  expect(percent(rateIn('automatic', 9_796, 10_000))).toBe('97.9%')
  expect(percent(rateIn('automatic', 99_999, 100_000))).toBe('99.9%')
  expect(percent(rateIn('automatic', 7, 7))).toBe('100%')
  expect(percent(rateIn('automatic', 0, 3))).toBe('0.0%')
  expect(percent(rateIn('automatic', 0, 0))).toBe('–')
  expect(percent(undefined)).toBe('–')
})

test('companies together: counts are added, shares are those of the sums', () => {
  const both = together([
    figuresOf({ answered: 3, abandoned: 1, longest_wait_ms: 9, rates: [rateIn('person', 1, 1, 0.9), rateIn('automatic', 0, 0, 0.98)] }),
    figuresOf({ answered: 4, longest_wait_ms: 5, rates: [rateIn('person', 80, 99, 0.9)] }),
  ])
  expect(both).toMatchObject({ answered: 7, abandoned: 1, longest_wait_ms: 9 })
  expect(rateOf(both, 'person')).toEqual(rateIn('person', 81, 100, 0.9))
  expect(rateOf(both, 'automatic')?.value).toBeNull()
  expect(rateOf(both, 'to_person')).toBeUndefined()
})
