// When a ticket, or a callback, is due, in words.

export type Mark = 'overdue' | 'soon' | 'later' | 'none'

const hour = 3_600_000

/** How long before a deadline it is soon. */
export const soonMs = 24 * hour

type Deadlined = { state: string; due_at: string | null; overdue?: boolean }

/** Whether something is still to be done. */
function waits(ticket: { state: string }): boolean {
  return ticket.state === 'draft' || ticket.state === 'open' || ticket.state === 'forwarded'
}

/** Whether its deadline counts: what a department has done is to be told and closed in time, too. */
const counts = (ticket: { state: string }) => waits(ticket) || ticket.state === 'done'

/** How near its deadline a ticket is. */
export function markOf(ticket: Deadlined, now: number): Mark {
  if (!ticket.due_at || !counts(ticket)) return 'none'
  const left = Date.parse(ticket.due_at) - now
  if (left <= 0 || ticket.overdue) return 'overdue'
  return left <= soonMs ? 'soon' : 'later'
}

/** A length of time as its two largest units: [unit, count] each, minutes the smallest. */
export function spanOf(ms: number): { unit: 'days' | 'hours' | 'minutes'; count: number }[] {
  const minutes = Math.floor(Math.abs(ms) / 60_000)
  const all = [
    { unit: 'days' as const, count: Math.floor(minutes / 1440) },
    { unit: 'hours' as const, count: Math.floor(minutes / 60) % 24 },
    { unit: 'minutes' as const, count: minutes % 60 },
  ]
  const first = all.findIndex((u) => u.count > 0)
  if (first < 0) return [{ unit: 'minutes', count: 0 }]
  return all.slice(first, first + 2).filter((u) => u.count > 0)
}

/** Emergencies first, then what is overdue, then what is due first, then the newest. */
export function byUrgency<T extends Deadlined & { kind: string; opened_at: string }>(tickets: T[], now: number): T[] {
  const rank = (t: T) => (waits(t) && t.kind === 'emergency' ? 0 : { overdue: 1, soon: 2, later: 3, none: 4 }[markOf(t, now)])
  const due = (t: T) => (t.due_at && counts(t) ? Date.parse(t.due_at) : Infinity)
  return [...tickets].sort((a, b) => {
    const [x, y] = [due(a), due(b)]
    return rank(a) - rank(b) || (x === y ? 0 : x - y) || Date.parse(b.opened_at) - Date.parse(a.opened_at)
  })
}

/** A row of the backlog: what lies with a department, and of that with whom. */
export type Heap<T> = { department: string; owner: string; overdue: T[]; soon: T[] }

/** What is overdue and due soon, by department and owner, the largest heap first. */
export function heaps<T extends Deadlined & { department?: string; owner: string | null; clerk?: string }>(tickets: T[], now: number): Heap<T>[] {
  const all = new Map<string, Heap<T>>()
  for (const t of tickets) {
    const mark = markOf(t, now)
    if (mark !== 'overdue' && mark !== 'soon') continue
    // What a department has done is for who is responsible to tell the caller, and to close.
    const held = t.state === 'done' ? undefined : t.department
    const [department, owner] = [held ?? '', (held ? t.clerk : undefined) ?? t.owner ?? '']
    const key = `${department}/${owner}`
    const heap = all.get(key) ?? { department, owner, overdue: [], soon: [] }
    heap[mark].push(t)
    all.set(key, heap)
  }
  const size = (h: Heap<T>) => [h.overdue.length, h.soon.length] as const
  return [...all.values()].sort((a, b) => size(b)[0] - size(a)[0] || size(b)[1] - size(a)[1] || a.department.localeCompare(b.department) || a.owner.localeCompare(b.owner))
}
