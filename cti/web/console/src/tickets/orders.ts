// What may be ordered of a ticket: by its state, and by who orders. The server decides; this
// only keeps from the screen what it would refuse.
import type { Schema } from '../api/client'

export type Ticket = Schema<'Ticket'>
export type State = 'draft' | 'open' | 'forwarded' | 'done' | 'closed' | 'merged'

export const states: State[] = ['draft', 'open', 'forwarded', 'done', 'closed', 'merged']
export const kinds = ['consultation', 'complaint', 'repair', 'emergency', 'installation', 'alteration', 'suggestion', 'praise', 'voicemail', 'callback']

export const orders = [
  'take', 'finish', 'give_back', 'forward', 'note', 'promise', 'urge', 'escalate', 'describe', 'fill', 'amend', 'close', 'reopen', 'rate',
  'entrust', 'identify', 'join', 'merge', 'split',
] as const
export type Order = (typeof orders)[number]

/** What of a record sheet counts for orders. */
export type SheetState = 'none' | 'draft' | 'final'

/** Who orders, as far as it matters. */
export type Who = { number: string; role: string; department?: string }

type Reach = 'all' | 'own' | 'none'
type Rule = { states: State[]; agent: Reach; leader: Reach; clerk: Reach }

const unmerged: State[] = ['draft', 'open', 'forwarded', 'done', 'closed']
const unclosed: State[] = ['draft', 'open', 'forwarded', 'done']

const rule = (states: State[], agent: Reach, clerk: Reach): Rule => ({ states, agent, leader: 'all', clerk })

const rules: Record<Order, Rule> = {
  describe: rule(unclosed, 'all', 'none'),
  fill: rule(unclosed, 'all', 'none'),
  amend: rule(unmerged, 'all', 'none'),
  note: rule(unmerged, 'all', 'own'),
  identify: rule(unmerged, 'all', 'own'),
  join: rule(unmerged, 'all', 'none'),
  promise: rule(unclosed, 'all', 'own'),
  forward: rule(['open', 'forwarded', 'done'], 'all', 'own'),
  take: rule(['forwarded'], 'none', 'own'),
  finish: rule(['forwarded'], 'none', 'own'),
  give_back: rule(['forwarded', 'done'], 'none', 'own'),
  entrust: rule(unclosed, 'none', 'none'),
  urge: rule(unclosed, 'all', 'none'),
  escalate: rule(unclosed, 'all', 'own'),
  close: rule(['draft', 'open', 'done'], 'own', 'none'),
  reopen: rule(['closed', 'done'], 'all', 'none'),
  rate: rule(['done', 'closed'], 'all', 'none'),
  merge: rule(unclosed, 'all', 'none'),
  split: rule(unmerged, 'all', 'none'),
}

/** The highest level to which a ticket is escalated: the company. */
export const levelMost = 3

function reachOf(order: Order, role: string): Reach {
  const r = rules[order]
  switch (role) {
    case 'agent': return r.agent
    case 'clerk': return r.clerk
    case 'shift_leader': case 'administrator': return r.leader
  }
  return 'none'
}

/** Whether somebody may give an order as the ticket stands. */
export function may(order: Order, ticket: Ticket, sheet: SheetState, who: Who): boolean {
  const reach = reachOf(order, who.role)
  if (reach === 'none' || !rules[order].states.includes(ticket.state as State)) return false
  // A clerk is shown tickets of his own department only.
  if (reach === 'own' && who.role === 'agent' && ticket.owner && ticket.owner !== who.number) return false
  switch (order) {
    case 'fill': return sheet !== 'final'
    case 'amend': return sheet === 'final'
    case 'close': return sheet !== 'draft'
    // Where a sheet says what it is about, describing it again would tell another story.
    case 'describe': return sheet === 'none'
    case 'take': return ticket.clerk !== who.number
    case 'escalate': return (ticket.level ?? 0) < levelMost
  }
  return true
}

/** All that somebody may order, in the order in which they are shown. */
export function allowed(ticket: Ticket, sheet: SheetState, who: Who): Order[] {
  return orders.filter((o) => may(o, ticket, sheet, who))
}

/** What is done next as a rule; it stands out. */
export function next(ticket: Ticket, list: Order[]): Order | undefined {
  const usual: Partial<Record<State, Order[]>> = { draft: ['fill'], open: ['fill', 'close'], forwarded: ticket.clerk ? ['finish'] : ['take'], done: ['close'] }
  return usual[ticket.state as State]?.find((o) => list.includes(o))
}

/** What is in the way of an order that people look for; a key of the words, null where nothing is. */
export function hindrance(ticket: Ticket, sheet: SheetState, who: Who): 'merged' | 'withDepartment' | 'sheetDraft' | 'othersClose' | null {
  if (ticket.state === 'merged') return 'merged'
  if (reachOf('close', who.role) === 'none' || ticket.state === 'closed') return null
  if (ticket.state === 'forwarded') return 'withDepartment'
  if (who.role === 'agent' && ticket.owner && ticket.owner !== who.number) return 'othersClose'
  return sheet === 'draft' ? 'sheetDraft' : null
}

/** Orders that say the ticket's own words again: whoever gives them must see them whole. */
export function needsWhole(order: Order): boolean {
  return order === 'fill' || order === 'amend' || order === 'describe'
}

/** Whether somebody may ask for a ticket's whole numbers. */
export function mayReveal(ticket: Ticket, who: Who): boolean {
  if (who.role === 'agent') return ticket.owner === who.number
  return ['shift_leader', 'administrator', 'auditor'].includes(who.role)
}

/** A field of an order's dialog. */
export type Field = {
  name: string
  type: 'line' | 'long' | 'yes' | 'moment' | 'past' | 'kind' | 'department' | 'agent' | 'ticket' | 'call' | 'level' | 'score' | 'minutes'
  needed?: boolean
  most?: number
}

const reason: Field = { name: 'reason', type: 'long', needed: true, most: 4000 }
const matter: Field[] = [
  { name: 'kind', type: 'kind', needed: true },
  { name: 'summary', type: 'line', needed: true, most: 200 },
  { name: 'place', type: 'line', most: 200 },
  { name: 'phone', type: 'line', most: 200 },
  { name: 'important', type: 'yes' },
  { name: 'charged', type: 'yes' },
]

/** What each order says; sheets have their own dialog. */
export const fields: Record<Exclude<Order, 'fill' | 'amend'>, Field[]> = {
  describe: matter,
  note: [{ name: 'text', type: 'long', needed: true, most: 4000 }, { name: 'told', type: 'yes' }],
  identify: [{ name: 'how', type: 'line', needed: true, most: 200 }],
  join: [{ name: 'call', type: 'call', needed: true }],
  promise: [{ name: 'due', type: 'moment', needed: true }, { name: 'text', type: 'long', needed: true, most: 4000 }],
  forward: [{ name: 'department', type: 'department', needed: true }, reason, { name: 'work_at', type: 'moment' }],
  take: [{ name: 'clerk', type: 'agent' }],
  finish: [{ name: 'result', type: 'long', needed: true, most: 4000 }, { name: 'worked_at', type: 'past' }, { name: 'charged', type: 'yes' }],
  give_back: [reason],
  entrust: [{ name: 'owner', type: 'agent', needed: true }, reason],
  urge: [{ name: 'text', type: 'long', most: 4000 }],
  escalate: [{ name: 'level', type: 'level' }, reason],
  close: [{ name: 'result', type: 'long', most: 4000 }, { name: 'untraceable', type: 'yes' }],
  reopen: [reason],
  rate: [{ name: 'score', type: 'score', needed: true }, { name: 'text', type: 'long', most: 4000 }],
  merge: [{ name: 'into', type: 'ticket', needed: true }, { ...reason, needed: false }],
  split: [...matter, { name: 'owner', type: 'agent' }],
}

/** The fields of an order's dialog for a ticket. */
export function fieldsOf(order: Exclude<Order, 'fill' | 'amend'>, ticket: Ticket, who: Who): Field[] {
  switch (order) {
    case 'take':
      return who.role === 'clerk' ? [] : fields.take // a clerk takes it himself
    case 'escalate': // only an emergency may leave out steps
      return ticket.kind === 'emergency' ? fields.escalate : fields.escalate.filter((f) => f.name !== 'level')
    case 'close': {
      const known = ticket.kind === 'emergency' ? fields.close : fields.close.filter((f) => f.name !== 'untraceable')
      return known.map((f) => (f.name === 'result' ? { ...f, needed: !ticket.result } : f))
    }
  }
  return fields[order]
}

const matters = ['summary', 'place', 'phone', 'important', 'charged']

/** What is sent: what says nothing is left out, and a matter's parts go together. */
export function saidOf(order: Order, values: Record<string, unknown>): Record<string, unknown> {
  const said: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) {
    const text = typeof value === 'string' ? value.trim() : value
    if (text !== undefined && text !== null && text !== '' && text !== false) said[name] = text
  }
  if (order !== 'describe' && order !== 'split') return said
  const of: Record<string, unknown> = {}
  for (const name of matters) {
    if (name in said) of[name] = said[name]
    delete said[name]
  }
  return { ...said, matter: of }
}

/**
 * The field that a refusal is about: it begins with its name, or names it before it says
 * what is wrong with it. Undefined where it is about the whole.
 */
export function fieldOf(refusal: string, names: string[]): string | undefined {
  const line = refusal.replace(/^said: ([a-z_]+: )?/, '')
  return names.find((n) => line === n || [' ', ':', ',', '['].some((end) => line.startsWith(n + end)))
}

/** Several faults of a sheet, each after its field's name. */
export function faultsOf(refusal: string, names: string[]): Record<string, string> {
  const faults: Record<string, string> = {}
  for (const line of refusal.split('\n')) {
    const name = fieldOf(line, names)
    if (name) faults[name] = line.slice(line.indexOf(name) + name.length).replace(/^[:, ]+/, '')
  }
  return faults
}
