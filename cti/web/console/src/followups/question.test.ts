import { describe, expect, it } from 'vitest'
import { answers, asked, consequences, unanswered, type Question } from './question'

const ask = { zh: '？', en: '?' }
const questions: Question[] = [
  { id: 'solved', type: 'yes_no', each: true, means: 'solved', ask },
  { id: 'fee', type: 'yes_no', each: true, optional: true, kinds: ['repair'], ask },
  { id: 'satisfied', type: 'scale', each: true, means: 'satisfied', min: 1, max: 5, low: 2, ask },
  { id: 'attitude', type: 'scale', means: 'satisfied', min: 1, max: 5, low: 2, ask },
  { id: 'remark', type: 'text', optional: true, ask },
]
const tickets = [{ ticket: 'a', kind: 'repair' }, { ticket: 'b', kind: 'emergency' }]
const all = asked(questions, tickets)

describe('the questionnaire', () => {
  it('asks of each ticket, of its kind, or once', () => {
    expect(all.map((a) => a.key)).toEqual(['solved[a]', 'solved[b]', 'fee[a]', 'satisfied[a]', 'satisfied[b]', 'attitude', 'remark'])
  })
  it('knows what is not answered; a no is an answer', () => {
    expect(unanswered(all, { 'solved[a]': false, 'satisfied[a]': 6, 'satisfied[b]': 5 })).toEqual(['solved[b]', 'satisfied[a]', 'attitude'])
  })
  it('sends what was said', () => {
    expect(answers(all, { 'solved[a]': false, attitude: 4, remark: ' good ', 'fee[a]': undefined })).toEqual([
      { question: 'solved', ticket: 'a', yes: false }, { question: 'attitude', number: 4 }, { question: 'remark', text: 'good' },
    ])
  })
  it('tells what follows', () => {
    expect(consequences(all, { 'solved[a]': false, 'solved[b]': false, 'satisfied[a]': 2, 'satisfied[b]': 3 }, tickets)).toEqual({ again: ['b'], open: ['a'], dissatisfied: ['a'] })
    expect(consequences(all, { attitude: 1 }, tickets)).toEqual({ again: [], open: [], dissatisfied: ['a', 'b'] })
    expect(consequences(all, { attitude: 3, 'satisfied[a]': 3 }, tickets)).toEqual({ again: [], open: [], dissatisfied: [] })
  })
})
