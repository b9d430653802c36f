import { expect, test } from 'vitest'
import type { Words } from '../shell/text'
import { peopleText } from './text'

const keys = (words: Words, at = ''): string[] =>
  Object.entries(words).flatMap(([k, v]) => (typeof v === 'string' ? [`${at}${k} ${[...v.matchAll(/{{(\w+)}}/g)].map((m) => m[1]).sort().join(',')}`] : keys(v, `${at}${k}.`))).sort()

test('both languages have the same words, with the same values in them', () => {
  expect(keys(peopleText.en)).toEqual(keys(peopleText.zh))
})
