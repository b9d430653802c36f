// The record sheet (客服电话记录单): what its form asks, what is missing, and how what was
// written goes along when the matter turns out to be of another kind.
import type { Schema } from '../api/client'
import { labelOf, type Form, type FormField } from '../parts/forms'
import type { LiveCall } from './wire'

export type Value = string | number | boolean | string[]
export type Values = Record<string, Value>

/** What an agent has written: as the server takes it. */
export type Said = { kind: string; values: Values }

/** What he writes, and what his sheet began with as long as the one before was not read. */
export type Typed = Said & { start?: Said }

/** Without these no sheet of these kinds is final, whatever its form says (requirement C5). */
const complete: Record<string, string[]> = {
  emergency: ['place', 'phone', 'happened'],
  repair: ['place', 'phone', 'happened'],
  installation: ['place', 'phone', 'happened'],
}

/** Whether a field must say something before the sheet is final. */
export function needed(kind: string, field: FormField): boolean {
  return field.required === true || (complete[kind] ?? []).includes(field.id)
}

function empty(value: Value | undefined | null): boolean {
  return value === undefined || value === null || value === '' || (typeof value === 'string' && value.trim() === '') || (Array.isArray(value) && value.length === 0)
}

/** The needed fields that say nothing yet, in the form's order. */
export function missing(form: Form, values: Values): FormField[] {
  return form.fields.filter((f) => needed(form.kind, f) && empty(values[f.id]))
}

/** What is sent: fields of the form that say something. */
export function spoken(form: Form, values: Values): Values {
  const said: Values = {}
  for (const f of form.fields) {
    const value = values[f.id]
    if (value !== undefined && !empty(value)) said[f.id] = value
  }
  return said
}

/** Fields that say what the matter is about, under either name. */
const matters = ['matter', 'happened']

/**
 * What was written for one kind, in another kind's form: fields of the same name stay, and
 * the matter stays the matter. What has no place is kept by, for it may be changed back.
 */
export function carry(values: Values, to: Form): Values {
  const carried: Values = { ...values }
  const target = matters.find((id) => to.fields.some((f) => f.id === id))
  const source = matters.find((id) => !empty(values[id]))
  if (target && source && empty(values[target])) carried[target] = values[source]!
  for (const f of to.fields) {
    if (f.type === 'choice' && !f.options?.some((o) => o.id === carried[f.id])) delete carried[f.id]
  }
  return carried
}

/** What the system knows of a caller when his sheet is begun. */
export function begun(call: LiveCall | null): Values {
  const values: Values = {}
  if (call?.caller && /^[+]?[0-9]{3,20}$/.test(call.caller)) values.phone = call.caller
  return values
}

/** What is known of a caller, for the fields of a form that say nothing yet. */
export function added(form: Form, values: Values, known: Values): Values {
  const after = { ...values }
  for (const f of form.fields) {
    const value = known[f.id]
    if (value !== undefined && !empty(value) && empty(values[f.id])) after[f.id] = value
  }
  return after
}

/** The kind with which a sheet is begun. */
export function kindOf(call: LiveCall | null, ticket: Schema<'Ticket'> | null): string {
  if (ticket && ticket.state !== 'draft') return ticket.kind
  return call?.emergency ? 'emergency' : (ticket?.kind ?? 'consultation')
}

export type Filled = Said & { final: boolean }

/** The sheet as it was written last, by what was done to its ticket; null where it was not. */
export function filledBy(acts: Schema<'Act'>[]): Filled | null {
  let sheet = null as Filled | null
  for (const act of acts) {
    const said = act.said as { kind?: string; said?: Values | null; final?: boolean } | null
    if (act.verb === 'filled') sheet = { kind: said?.kind ?? '', values: said?.said ?? {}, final: said?.final ?? false }
    else if (act.verb === 'amended' && sheet) sheet = { ...sheet, values: said?.said ?? {} }
  }
  return sheet
}

/**
 * What was typed before the earlier sheet was read, over that sheet: nothing of it is lost
 * but what was typed anew. What the sheet began with nobody has typed.
 */
export function over(earlier: Said | null, { kind, values, start }: Typed, forms: Form[]): Said {
  if (!start || !earlier) return { kind, values }
  const typed = Object.fromEntries(Object.entries(values).filter(([id, value]) => value !== start.values[id]))
  const to = kind === start.kind ? earlier.kind : kind
  const form = forms.find((f) => f.kind === to)
  const fitting = (v: Values) => (form ? carry(v, form) : v)
  return { kind: to, values: { ...fitting(earlier.values), ...fitting(typed) } }
}

/**
 * The ticket to which a call's sheet belongs: that of who answered it, and none that a
 * message or a promise to call back has made.
 */
export function ticketOf(call: string, tickets: Schema<'Ticket'>[], me: string): Schema<'Ticket'> | null {
  const fitting = tickets.filter((t) => t.call === call && t.kind !== 'callback' && t.kind !== 'voicemail' && t.state !== 'merged')
  return fitting.find((t) => t.owner === me && t.state === 'draft') ?? fitting.find((t) => t.owner === me) ?? fitting[0] ?? null
}

/** Bounds of what may be passed on with a transfer. */
const passedMost = { fields: 40, bytes: 4_000 }

/** What the receiver of a transfer is to see, by the names of the fields. */
export function passedOn(form: Form | null, values: Values, language: string): { name: string; value: string }[] {
  if (!form) return []
  const bytes = (s: string) => new TextEncoder().encode(s).length
  let left = passedMost.bytes
  const fields: { name: string; value: string }[] = []
  for (const f of form.fields) {
    const value = wordsOf(f, values[f.id], language)
    const size = bytes(f.id) + bytes(value)
    if (value === '' || size > left || fields.length >= passedMost.fields) continue
    left -= size
    fields.push({ name: f.id, value })
  }
  return fields
}

/** What a field says, in words. */
export function wordsOf(field: FormField, value: Value | undefined, language: string): string {
  if (value === undefined || empty(value)) return ''
  const option = (id: string) => {
    const found = field.options?.find((o) => o.id === id)
    return found ? labelOf(found.label, language) : id
  }
  if (typeof value === 'boolean') return language === 'zh' ? (value ? '是' : '否') : value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map(option).join(language === 'zh' ? '、' : ', ')
  return field.type === 'choice' ? option(String(value)) : String(value)
}

/** The name of a field in a brief: forms of the receiver's company know most of them. */
export function nameOf(id: string, forms: Form[], language: string): string {
  for (const form of forms) {
    const field = form.fields.find((f) => f.id === id)
    if (field) return labelOf(field.label, language)
  }
  return id
}
