import { expect, it } from 'vitest'
import type { Words } from '../shell/text'
import { en } from './en'
import { kinds } from './flow/kinds'
import { zh } from './zh'

const keys = (words: Words, at = ''): string[] => Object.entries(words).flatMap(([k, v]) => (typeof v === 'string' ? [`${at}${k}`] : keys(v, `${at}${k}.`))).sort()
const holes = (words: Words): string[] => Object.values(words).flatMap((v) => (typeof v === 'string' ? [...v.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]!) : holes(v))).sort()

it('says everything in both languages', () => {
  expect(keys(zh)).toEqual(keys(en))
  expect(holes(zh)).toEqual(holes(en))
})

it('has words for every kind of node, its exits and its fields', () => {
  for (const [kind, rule] of Object.entries(kinds)) {
    expect(zh.kind, kind).toHaveProperty(kind)
    expect(zh.kindHint, kind).toHaveProperty(kind)
    for (const e of [...rule.needs, ...rule.may]) expect(zh.exit).toHaveProperty(e)
    for (const f of rule.fields) expect(zh.nodeField).toHaveProperty(f)
  }
})
