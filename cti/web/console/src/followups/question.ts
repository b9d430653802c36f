// The questionnaire of a callback: which questions a call about some tickets has, and what
// their answers lead to.
import type { Schema } from '../api/client'

export type Text = { zh: string; en: string }

export type Question = {
  id: string
  type: 'scale' | 'yes_no' | 'text'
  ask: Text
  /** It is asked of each ticket, or of each of these kinds; otherwise once. */
  each?: boolean
  kinds?: string[] | null
  optional?: boolean
  min?: number
  max?: number
  /** Up to where the caller is not content. */
  low?: number
  means?: 'solved' | 'satisfied'
}

export type Questions = {
  version: number
  opening: Text
  questions: Question[]
  closing: Text
  calling: string
  ring_seconds: number
  confirm_minutes: number
  day_most: number
}

export type Answered = Schema<'Answered'>

/** A question as it is asked in a call: of a ticket, or once. */
export type Asked = { key: string; question: Question; ticket: string }

type About = { ticket: string; kind: string }

/** The questions of a call about tickets, in order. */
export function asked(questions: Question[], tickets: About[]): Asked[] {
  return questions.flatMap((question) => {
    if (!question.each) return [{ key: question.id, question, ticket: '' }]
    const kinds = question.kinds ?? []
    return tickets.filter((w) => kinds.length === 0 || kinds.includes(w.kind)).map((w) => ({ key: `${question.id}[${w.ticket}]`, question, ticket: w.ticket }))
  })
}

export type Value = number | boolean | string | undefined | null
export type Values = Record<string, Value>

function says(q: Question, value: Value): boolean {
  switch (q.type) {
    case 'scale': return typeof value === 'number' && Number.isInteger(value) && value >= (q.min ?? 0) && value <= (q.max ?? 0)
    case 'yes_no': return typeof value === 'boolean'
  }
  return typeof value === 'string' && value.trim() !== ''
}

/** The questions that must have an answer and have none, by their keys. */
export function unanswered(all: Asked[], values: Values): string[] {
  return all.filter((a) => !a.question.optional && !says(a.question, values[a.key])).map((a) => a.key)
}

/** What is sent: the answers that say something. */
export function answers(all: Asked[], values: Values): Answered[] {
  return all.filter((a) => says(a.question, values[a.key])).map((a) => {
    const value = values[a.key]
    const of: Answered = { question: a.question.id, ...(a.ticket ? { ticket: a.ticket } : {}) }
    if (typeof value === 'number') return { ...of, number: value }
    return typeof value === 'boolean' ? { ...of, yes: value } : { ...of, text: String(value).trim() }
  })
}

/** What the answers lead to, told before they are sent: tickets that open again, and those whose callers are not content. */
export function consequences(all: Asked[], values: Values, tickets: About[]): { again: string[]; open: string[]; dissatisfied: string[] } {
  const unsolved = new Set<string>()
  const dissatisfied = new Set<string>()
  for (const a of all) {
    const value = values[a.key]
    if (!says(a.question, value)) continue
    if (a.question.means === 'solved' && value === false) unsolved.add(a.ticket)
    const low = value === false || (typeof value === 'number' && value <= (a.question.low ?? -Infinity))
    if (a.question.means === 'satisfied' && low) (a.question.each ? [a.ticket] : tickets.map((w) => w.ticket)).forEach((id) => dissatisfied.add(id))
  }
  const list = tickets.filter((w) => unsolved.has(w.ticket))
  return {
    again: list.filter((w) => w.kind === 'emergency').map((w) => w.ticket), open: list.filter((w) => w.kind !== 'emergency').map((w) => w.ticket),
    dissatisfied: tickets.map((w) => w.ticket).filter((id) => dissatisfied.has(id)),
  }
}
