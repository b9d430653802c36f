import { expect, test } from 'vitest'
import { answersItself } from './itself'

test('a phone answers by itself where it is asked to, at once', () => {
  expect(answersItself('<sip:hotline>;answer-after=0')).toBe(true)
  expect(answersItself('<sip:hotline>; answer-after=0')).toBe(true)
  expect(answersItself('<sip:hotline>;answer-after=05')).toBe(false)
  expect(answersItself('<sip:hotline>')).toBe(false)
  expect(answersItself(undefined)).toBe(false)
})
