import { expect, it } from 'vitest'
import document from '../api/schema.d.ts?raw'
import { problemText } from './problem'

// The codes as the server's document names them.
const listed = /\n {8}Problem: \{[\s\S]*?\n {12}code: ([^;]*);/.exec(document)?.[1] ?? ''
const codes = [...listed.matchAll(/"([^"]+)"/g)].map((m) => m[1])

it('knows the codes of the server', () => {
  expect(codes).toContain('not-allowed')
  expect(codes).toContain('phone-busy')
})

it.each(['zh', 'en'] as const)('has words for each code in %s, and for no other', (lng) => {
  expect(Object.keys(problemText[lng]).sort()).toEqual([...codes].sort())
  expect(Object.entries(problemText[lng]).filter(([, words]) => !words)).toEqual([])
})

it('is about the same in both languages', () => {
  const about = (words: string) => [...words.matchAll(/\{\{\d\}\}/g)].map((m) => m[0]).sort()
  for (const [code, words] of Object.entries(problemText.zh)) expect([code, about(words)]).toEqual([code, about(problemText.en[code as keyof typeof problemText.en])])
})
