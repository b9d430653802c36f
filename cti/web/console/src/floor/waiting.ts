// Callers who have no person yet, and how long they wait.
import type { LiveCall } from './types'

/** Whether a caller waits for a person: also while a phone rings for him. */
export function waits(c: LiveCall): boolean {
  return c.direction === 'inbound' && (c.state === 'waiting' || c.state === 'ringing')
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
