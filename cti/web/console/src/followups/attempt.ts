// Attempts to reach a caller: what the line says, what its agent confirms, and when they have
// failed.
import type { Schema } from '../api/client'

export type FollowUp = Schema<'Callback'>
export type Attempt = Schema<'Attempt'>

export const reasons = ['busy', 'no_such_number', 'no_answer', 'unreachable', 'call_reminder'] as const
export type Reason = (typeof reasons)[number]

const suggested: Record<string, Reason> = { busy: 'busy', no_such_number: 'no_such_number', no_answer: 'no_answer', unreachable: 'unreachable', refused: 'no_answer' }

/** The reason that the line gives; undefined where only the agent knows it. */
export function suggestion(line: string | undefined): Reason | undefined {
  return line === undefined ? undefined : suggested[line]
}

/** The attempt that has no result yet. */
export function openAttempt(f: FollowUp): Attempt | undefined {
  const last = f.attempts?.[f.attempts.length - 1]
  return last && !last.result ? last : undefined
}

/** What may be said of the open attempt: that somebody talked needs a line that was answered. */
export function choices(a: Attempt): { talked: boolean; missed: boolean; dropped: boolean } {
  return { talked: !a.line || a.line === 'reached', missed: !!a.line, dropped: !!a.line }
}

/** Reasons that an agent may give: it must have rung long enough where he gave up himself. */
export function reasonsOf(a: Attempt, ringSeconds: number): Reason[] {
  const short = a.line === 'given_up' && (a.rang_ms ?? 0) < ringSeconds * 1000
  return reasons.filter((r) => r !== 'no_answer' || !short)
}

/** Days on which attempts were missed: on the second it has failed (requirement F4). */
export function missedDays(f: FollowUp, dayOf: (at: string) => string): string[] {
  return [...new Set((f.attempts ?? []).filter((a) => a.result === 'missed').map((a) => dayOf(a.at)))]
}

/** Whether it may be dialled now, or from when. */
export function dialable(f: FollowUp, now: number): { now: boolean; from?: string } {
  if (f.state !== 'waiting') return { now: false }
  // A moment before all others stands for none.
  if (f.next_at && Date.parse(f.next_at) > now) return { now: false, from: f.next_at }
  return { now: true }
}

export function over(f: FollowUp): boolean {
  return ['done', 'failed', 'waived', 'merged'].includes(f.state)
}

export type Part = 'mine' | 'today' | 'overdue' | 'owed' | 'ended'

/** Those of a list that a tab shows. */
export function partOf(list: FollowUp[], part: Part, me: string, now: number, endOfDay: number): FollowUp[] {
  switch (part) {
    case 'mine': return list.filter((f) => f.agent === me && !over(f))
    case 'today': return list.filter((f) => !over(f) && Date.parse(f.due) <= endOfDay && Date.parse(f.due) > now)
    case 'overdue': return list.filter((f) => !over(f) && Date.parse(f.due) <= now)
    case 'ended': return list.filter(over)
  }
  return list.filter((f) => !over(f))
}
