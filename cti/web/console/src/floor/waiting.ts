// Callers who have no person yet, and how long they wait.
import { dials } from '../live/dials'
import type { LiveCall, LiveQueue } from './types'

/** Whether a caller waits for a person: also while a phone rings for him. */
export function waits(c: LiveCall): boolean {
  return (c.state === 'waiting' || c.state === 'ringing') && !dials(c)
}

/** Since when he waits. */
export function waitsSince(c: LiveCall): string {
  return c.waiting_since ?? c.started_at
}

/** Who waits: emergencies first, then who has waited longest. */
export function waitingCalls(calls: Iterable<LiveCall>): LiveCall[] {
  return [...calls].filter(waits).sort(
    (a, b) => Number(b.emergency) - Number(a.emergency) || Date.parse(waitsSince(a)) - Date.parse(waitsSince(b)) || compare(a.call, b.call),
  )
}

/** Calls that have left the queue, or never were in one: the newest last. */
export function otherCalls(calls: Iterable<LiveCall>): LiveCall[] {
  return [...calls].filter((c) => !waits(c)).sort(
    (a, b) => Number(b.emergency) - Number(a.emergency) || Date.parse(a.started_at) - Date.parse(b.started_at) || compare(a.call, b.call),
  )
}

/** The ring that a phone, or a direct line, is in: 1, 2, 3 …; 0 where nothing rings. */
export function ringOf(c: LiveCall, now: number): number {
  if (c.state !== 'ringing' || c.ring_ms <= 0) return 0
  return 1 + Math.max(0, Math.floor((now - Date.parse(c.ringing_since ?? c.started_at)) / c.ring_ms))
}

/** How long the longest of them waits, in ms; 0 where nobody does. */
export function longestWait(calls: Iterable<LiveCall>, now: number): number {
  let longest = 0
  for (const c of calls) if (waits(c)) longest = Math.max(longest, now - Date.parse(waitsSince(c)))
  return longest
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Callers of other companies: of them only their queue tells. */
export type Unseen = { waiting: number; since?: string }

/** Who waits in queues and is not among the calls: an emergency line's queue serves other companies, too. */
export function unseen(queues: Iterable<LiveQueue>, calls: Iterable<LiveCall>): Unseen {
  const seen = new Map<string, number>()
  for (const c of calls) if (c.queue && waits(c)) seen.set(c.queue, (seen.get(c.queue) ?? 0) + 1)
  const sum: Unseen = { waiting: 0 }
  for (const q of queues) {
    const more = q.waiting - (seen.get(q.queue) ?? 0)
    if (more <= 0) continue
    sum.waiting += more
    if (q.longest_since && (!sum.since || Date.parse(q.longest_since) < Date.parse(sum.since))) sum.since = q.longest_since
  }
  return sum
}
