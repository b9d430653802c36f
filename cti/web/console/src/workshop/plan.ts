// The configuration's document as far as the workshop knows it. What it does not know stays
// as it is: a page puts back only what it has changed.

export type Line = {
  did: string
  company: string
  mode: 'direct' | 'greeted'
  queue: string
  emergency?: boolean
  flow?: string
  greeting?: string
  announce?: boolean
}

export type CallbackRule = { attempts: number; retry: string; keep: string }

export type OnCall = { chain: string[]; together?: boolean; after?: string; key?: string; ack_within?: string }

export type Voicemail = { greeting?: string; silence?: string; longest?: string; least?: string; untaken?: string; calendar?: string; lamp?: string }

export type Queue = {
  id: string
  company: string
  members?: string[]
  skill?: string
  level?: number
  strategy?: string
  ring_at_once?: number
  last_agent?: boolean
  priority?: number
  overflow?: string[]
  ageing?: string
  overflow_to?: string
  overflow_number?: string
  overflow_voicemail?: boolean
  overflow_callback?: boolean
  overflow_after?: string
  overflow_length?: number
  callback?: CallbackRule
  voicemail?: Voicemail
  on_call?: OnCall
  tell?: string
  max_wait?: string
  leaders?: string[]
  hold_limit?: string
  wrap_up?: string
}

export type Agent = {
  id: string
  company: string
  name?: string
  skills?: Record<string, number>
  auto_ready?: boolean
  auto_answer?: boolean
  webrtc?: boolean
  /** A leader's phone, which takes no callers. */
  leader?: boolean
}

export type Lookup = { id: string; url?: string; header?: string; header_env?: string; deadline?: string; results?: string[] }

/** Numbers outside that people of a role may dial, by how they begin. */
export type DialRule = { role: string; prefixes?: string[]; per_hour?: number }

export type Question = { id: string; say: string; scores?: number[] }
export type Survey = { questions?: Question[]; low?: number; thanks?: string }

export type Company = {
  id: string
  name?: string
  country?: string
  language?: string
  zone?: string
  calendar?: string
  vips?: string[]
  refused?: string[]
  conduct?: boolean
  lamps?: boolean
  departments?: { id: string; name: string }[]
  outside?: DialRule[]
  lookups?: Lookup[]
  /** The look-up that knows the customers, and what it calls the fields of a card. */
  customers?: { lookup?: string; fields?: Record<string, string> }
  survey?: Survey
  voicemail?: Voicemail
}

export type Contact = { id: string; company: string; name?: string; number?: string }

export type Weekday = 'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat'

/** Days of the week as the document writes them, in the order of Date.getDay. */
export const weekdays: Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

export type Hours = { from: string; to: string }
export type Shift = Hours & { days: Weekday[] }
export type SpecialDay = { date: string; until?: string; name: string; hours?: Hours[] }
export type Holiday = { date: string; until?: string; name: string; works?: boolean }
export type Table = { id: string; days: Holiday[] }

export type Calendar = {
  id: string
  zone: string
  week?: Shift[]
  holidays?: string
  holiday_hours?: Hours[]
  make_up?: Weekday
  days?: SpecialDay[]
}

export type Kind = 'say' | 'hours' | 'menu' | 'digits' | 'caller' | 'lookup' | 'language' | 'queue' | 'emergency' | 'voicemail' | 'transfer' | 'hang_up'

export type Times = Hours & { say: string[] }

export type FlowNode = {
  id: string
  kind: Kind
  say?: string[]
  times?: Times[]
  calendar?: string
  tries?: number
  wait?: number
  name?: string
  min?: number
  max?: number
  pattern?: string
  service?: string
  language?: string
  to?: string
  exits?: Record<string, string>
}

export type Flow = { id: string; company: string; person: string; start: string; nodes: FlowNode[] }

export type Plan = {
  companies?: Company[]
  lines?: Line[]
  queues?: Queue[]
  agents?: Agent[]
  contacts?: Contact[]
  calendars?: Calendar[]
  holidays?: Table[]
  flows?: Flow[]
}

/** The whole document. */
export type Config = {
  data?: string
  host?: string
  port_offset?: number
  ports?: { sip?: number; web?: number; asterisk?: number }
  asterisk?: { url?: string }
  hotline?: Plan
}

/** A list of the plan, by its key. */
export type ListName = keyof Plan

/** What an element of a list is called; contacts are by company, each of which may have one of the same id. */
export function nameOf(list: ListName, element: object): string {
  const e = element as { did?: string; id?: string; company?: string }
  if (list === 'contacts') return `${e.company ?? ''} ${e.id ?? ''}`
  return (list === 'lines' ? e.did : e.id) ?? ''
}

/** Whose an element of a list is; empty where it is nobody's alone. */
export function companyOf(plan: Plan, list: ListName, element: object): string {
  if (list === 'companies') return (element as Company).id
  if (list !== 'calendars') return (element as { company?: string }).company ?? ''
  const id = (element as Calendar).id
  const owners = new Set((plan.flows ?? []).filter((f) => f.nodes?.some((n) => n.kind === 'hours' && n.calendar === id)).map((f) => f.company))
  return owners.size === 1 ? [...owners][0]! : ''
}
