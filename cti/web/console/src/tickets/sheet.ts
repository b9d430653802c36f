// The record sheet (客服电话记录单) of a ticket: what its acts say it said, version by version.
import type { Schema } from '../api/client'
import { labelOf, type Form, type FormField } from '../parts/forms'
import type { SheetState } from './orders'

export type Value = string | number | boolean | string[]
export type Values = Record<string, Value>

/** The sheet as it was after an act. */
export type Version = {
  n: number
  at: string
  by: string
  kind: string
  values: Values
  final: boolean
  /** Why it was amended; of amendments only. */
  reason?: string
}

type Said = { kind?: string; said?: Values | null; final?: boolean; reason?: string } | null

/** Every version that counts: of drafts the last, the final one, each amendment; oldest first. */
export function versionsOf(acts: Schema<'Act'>[]): Version[] {
  const all: Version[] = []
  for (const act of acts) {
    const said = act.said as Said
    const last = all[all.length - 1]
    const common = { n: act.n, at: act.at, by: act.by, values: said?.said ?? {} }
    if (act.verb === 'filled') {
      if (last && !last.final) all.pop()
      all.push({ ...common, kind: said?.kind ?? '', final: said?.final ?? false })
    } else if (act.verb === 'amended' && last) {
      all.push({ ...common, kind: last.kind, final: true, reason: said?.reason ?? '' })
    }
  }
  return all
}

export function stateOf(versions: Version[]): SheetState {
  const last = versions[versions.length - 1]
  if (!last) return 'none'
  return last.final ? 'final' : 'draft'
}

/** Fields that every company begins with, where the form itself is not told. */
const usual = ['matter', 'happened', 'about', 'place', 'phone', 'name', 'happened_on', 'wanted', 'wanted_on', 'visit_on', 'danger', 'injured', 'evacuated', 'traceable', 'whom', 'charged', 'done', 'result']

/** What a version says: the form's fields in its order, then what the form does not know. */
export function rowsOf(values: Values, form: Form | undefined): { id: string; field?: FormField }[] {
  const ids = Object.keys(values)
  const known = (form?.fields ?? []).filter((f) => f.id in values).map((f) => ({ id: f.id, field: f }))
  const place = (id: string) => (usual.includes(id) ? usual.indexOf(id) : usual.length)
  const rest = ids.filter((id) => !known.some((k) => k.id === id)).sort((a, b) => place(a) - place(b))
  return [...known, ...rest.map((id) => ({ id }))]
}

/** What an amendment has changed, beside the version before it. */
export function changesOf(before: Values, after: Values): string[] {
  const ids = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return ids.filter((id) => JSON.stringify(before[id]) !== JSON.stringify(after[id]))
}

/** What a field says, in words. */
export function wordsOf(value: Value | undefined, field: FormField | undefined, language: string): string {
  if (value === undefined || value === null) return ''
  const option = (id: string) => labelOf(field?.options?.find((o) => o.id === id)?.label, language) || id
  if (typeof value === 'boolean') return language === 'zh' ? (value ? '是' : '否') : value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map(option).join(language === 'zh' ? '、' : ', ')
  return field?.type === 'choice' ? option(String(value)) : String(value)
}

/** Without these no sheet of these kinds is final, whatever its form says. */
const complete: Record<string, string[]> = {
  emergency: ['place', 'phone', 'happened'], repair: ['place', 'phone', 'happened'], installation: ['place', 'phone', 'happened'],
}

/** Whether a field must say something before the sheet is final. */
export function needed(kind: string, field: FormField): boolean {
  return field.required === true || (complete[kind] ?? []).includes(field.id)
}

function empty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '') || (Array.isArray(value) && value.length === 0)
}

/** The needed fields that say nothing yet. */
export function missing(form: Form, values: Record<string, unknown>): string[] {
  return form.fields.filter((f) => needed(form.kind, f) && empty(values[f.id])).map((f) => f.id)
}

/** What is sent: fields of the form that say something. */
export function spoken(form: Form, values: Record<string, unknown>): Values {
  const said: Values = {}
  for (const f of form.fields) if (!empty(values[f.id])) said[f.id] = values[f.id] as Value
  return said
}

/** A file that was put to the ticket. */
export type Attachment = { n: number; at: string; by: string; name: string; bytes: number; sha256: string }

export function attachmentsOf(acts: Schema<'Act'>[]): Attachment[] {
  return acts.filter((a) => a.verb === 'attached').map((a) => {
    const said = a.said as Partial<Attachment> | null
    return { n: a.n, at: a.at, by: a.by, name: said?.name ?? '', bytes: said?.bytes ?? 0, sha256: said?.sha256 ?? '' }
  })
}

/** A file's size for people. */
export function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
