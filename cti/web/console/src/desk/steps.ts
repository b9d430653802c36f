// What an agent says in situations that come up in a talk, with the pauses the rules want
// between the sentences.

import type { LiveCall } from './wire'

export type Situation = 'silent' | 'keys' | 'audio' | 'wait' | 'lookup' | 'linger'

/**
 * When each sentence is due, in ms after the first; the last moment is when the agent may
 * end the call, where the rules say so.
 *   silent (A3): 3 s, another sentence; 3 s, an apology; 2 s, the call may end
 *   linger (A6): asked; 3 s, asked again; 3 s, the agent may hang up
 */
const plans: Record<Situation, { due: number[]; end?: number }> = {
  silent: { due: [0, 3_000, 6_000], end: 8_000 },
  linger: { due: [0, 3_000], end: 6_000 },
  keys: { due: [0] },
  audio: { due: [0] },
  wait: { due: [0, 0] },
  lookup: { due: [0] },
}

export const situations = Object.keys(plans) as Situation[]

export type Step = {
  /** Which sentence is to be said now, from 0. */
  now: number
  /** How many sentences there are. */
  count: number
  /** How long until the next one, or until the call may end; null where nothing is awaited. */
  left: number | null
  /** The call may be ended. */
  mayEnd: boolean
}

/** Where a situation stands some time after its first sentence. */
export function stepAt(situation: Situation, elapsed: number): Step {
  const { due, end } = plans[situation]
  const timed = due.some((d) => d > 0)
  const now = timed ? due.filter((d) => d <= elapsed).length - 1 : due.length - 1
  const next = (timed ? due[now + 1] : undefined) ?? end
  const mayEnd = end !== undefined && elapsed >= end
  return { now: Math.max(0, now), count: due.length, left: next === undefined || mayEnd ? null : Math.max(0, next - elapsed), mayEnd }
}

/** Within how many minutes a caller is promised a call in a situation (A5: 3, A7: 30). */
export const promisedMinutes: Partial<Record<Situation, number>> = { audio: 3, lookup: 30 }

/** A situation, and when its first sentence was due, by this machine's clock in ms. */
export type Begun = { situation: Situation; at: number }

/** The situation that the hotline has noted of a talk: it counts the steps, and knows when they are over. */
export function notedOf(call: Pick<LiveCall, 'silent_since' | 'lingers_since'> | null, skew: number): Begun | null {
  const noted = (situation: Situation, since: string | undefined) => (since ? { situation, at: Date.parse(since) - skew } : null)
  return noted('linger', call?.lingers_since) ?? noted('silent', call?.silent_since)
}
