import { expect, it } from 'vitest'
import type { Words } from '../shell/text'
import { ticketText } from './text'

function keysOf(words: Words, within = ''): string[] {
  return Object.entries(words).flatMap(([k, v]) => (typeof v === 'string' ? [within + k] : keysOf(v, `${within}${k}.`)))
}

it('has the same words in both languages', () => {
  expect(keysOf(ticketText.en).sort()).toEqual(keysOf(ticketText.zh).sort())
})
