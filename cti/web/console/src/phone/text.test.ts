import { expect, test } from 'vitest'
import { phoneText } from './text'

test('both languages have the same words', () => {
  expect(Object.keys(phoneText.en).sort()).toEqual(Object.keys(phoneText.zh).sort())
})
