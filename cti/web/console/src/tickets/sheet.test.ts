import { expect, it } from 'vitest'
import type { Schema } from '../api/client'
import type { Form } from '../parts/forms'
import { attachmentsOf, changesOf, missing, rowsOf, sizeOf, spoken, stateOf, versionsOf, wordsOf } from './sheet'

const act = (n: number, verb: string, said: unknown): Schema<'Act'> => ({ n, at: `2026-11-10T08:0${n}:00Z`, by: '1001', verb, said })
const form: Form = {
  kind: 'repair', label: 'Repair', fields: [
    { id: 'place', type: 'place', label: 'Place' }, { id: 'phone', type: 'phone', label: 'Telephone' }, { id: 'happened', type: 'long_text', label: 'What' },
    { id: 'danger', type: 'choices', label: 'Danger', options: [{ id: 'leak', label: { zh: '泄漏', en: 'Leak' } }] },
    { id: 'charged', type: 'yes_no', label: 'Charged', required: true },
  ],
}

it('keeps the last draft, the final sheet and each amendment', () => {
  const acts = [
    act(1, 'opened', {}), act(2, 'filled', { kind: 'repair', said: { place: 'a' } }), act(3, 'filled', { kind: 'repair', said: { place: 'b' } }),
    act(4, 'filled', { kind: 'repair', said: { place: 'c' }, final: true }), act(5, 'noted', { text: 'x' }), act(6, 'amended', { said: { place: 'd' }, reason: 'misheard' }),
  ]
  expect(versionsOf(acts.slice(0, 3)).map((v) => [v.n, v.final])).toEqual([[3, false]])
  expect(stateOf(versionsOf(acts.slice(0, 1)))).toBe('none')
  expect(stateOf(versionsOf(acts.slice(0, 3)))).toBe('draft')
  const all = versionsOf(acts)
  expect(all.map((v) => [v.n, v.values.place, v.reason])).toEqual([[4, 'c', undefined], [6, 'd', 'misheard']])
  expect(stateOf(all)).toBe('final')
  expect(changesOf(all[0]!.values, all[1]!.values)).toEqual(['place'])
})

it('shows fields in the order of the form, and those it does not know', () => {
  expect(rowsOf({ older: 'x', happened: 'y', place: 'z' }, form).map((r) => r.id)).toEqual(['place', 'happened', 'older'])
  expect(rowsOf({ result: 'r', name: 'n', odd: 'o' }, undefined).map((r) => r.id)).toEqual(['name', 'result', 'odd'])
})

it('says what is chosen in words', () => {
  expect(wordsOf(['leak', 'gone'], form.fields[3], 'zh')).toBe('泄漏、gone')
  expect(wordsOf(false, undefined, 'en')).toBe('no')
})

it('knows what a final sheet lacks; a no is an answer', () => {
  expect(missing(form, { place: ' ', charged: false })).toEqual(['place', 'phone', 'happened'])
  expect(missing(form, { place: 'x', phone: '1', happened: 'y' })).toEqual(['charged'])
  expect(spoken(form, { place: 'x', phone: '', charged: false, other: 'y' })).toEqual({ place: 'x', charged: false })
})

it('finds attachments', () => {
  expect(attachmentsOf([act(2, 'attached', { name: 'a.pdf', bytes: 2048, sha256: 'ff' })])).toMatchObject([{ n: 2, name: 'a.pdf', sha256: 'ff' }])
  expect([10, 2048, 5_242_880].map(sizeOf)).toEqual(['10 B', '2 KB', '5.0 MB'])
})
