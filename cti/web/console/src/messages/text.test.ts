import { expect, it } from 'vitest'
import type { Words } from '../shell/text'
import { messageText } from './text'

function keysOf(words: Words, within = ''): string[] {
  return Object.entries(words).flatMap(([k, v]) => (typeof v === 'string' ? [within + k] : keysOf(v, `${within}${k}.`)))
}

it('has the same words in both languages', () => {
  expect(keysOf(messageText.en).sort()).toEqual(keysOf(messageText.zh).sort())
})
