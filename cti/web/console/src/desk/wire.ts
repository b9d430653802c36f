// What the live data and the desk's own routes say.
import type { Schema } from '../api/client'
import type { Numbered } from '../live/live'
import type { Patch } from '../live/patch'

export type AgentState = Schema<'AgentState'>
export type LiveCall = Schema<'LiveCall'>

/** What the receiver of a call is told before he answers. */
export type Brief = Schema<'LiveBrief'>

/** A snapshot, which is whole, or a change, which has what has changed only. */
export type Heard = Numbered & {
  at: string
  linked?: boolean
  agents?: Patch<AgentState>[] | null
  gone_agents?: string[] | null
  calls?: Patch<LiveCall>[] | null
  gone_calls?: string[] | null
}

/** What an agent has done today. */
export type Day = {
  answered: number
  within_three_rings: number
  missed: number
  talk_ms: number
  wrap_ms: number
  average_talk_ms: number
  callbacks_due: number
  tickets_open: number
}

export type Notice = { id: string; title: string; text: string; from: string; at: string; confirmed_at?: string | null }

/** What an agent says in the situation that his caller is in. */
export type Script = { situation: string; opening: string; steps: { title: string; text: string }[] | null }

/** A text in both languages, or in the one that there is. */
export type Label = string | { zh: string; en: string }

export type FormField = {
  id: string
  type: string
  label: Label
  hint?: Label
  /** Needed before the sheet is final. */
  required?: boolean
  options?: { id: string; label: Label }[] | null
}

/** What is asked about matters of a kind. */
export type Form = { kind: string; label: Label; fields: FormField[] }

export type Forms = {
  kinds: Form[]
  /** Where matters of the company may be forwarded to, where it is told. */
  departments?: { id: string; label: Label }[] | null
}
