import { expect, it } from 'vitest'
import type { Words } from '../shell/text'
import { deskText } from './text'

function keysOf(words: Words, within = ''): string[] {
  return Object.entries(words).flatMap(([k, v]) => (typeof v === 'string' ? [within + k] : keysOf(v, `${within}${k}.`)))
}

it('has the same words in both languages', () => {
  expect(keysOf(deskText.en).sort()).toEqual(keysOf(deskText.zh).sort())
})

it('asks for the same values in both languages', () => {
  const holes = (words: Words): Record<string, string> => Object.fromEntries(
    keysOf(words).map((k) => [k, (String(k.split('.').reduce<Words | string | undefined>((w, part) => (typeof w === 'object' ? w[part] : undefined), words)).match(/\{\{\w+\}\}/g) ?? []).sort().join()]))
  expect(holes(deskText.en)).toEqual(holes(deskText.zh))
})
