// Which calls leaders are on, and by whose phone (the server decides what is allowed).
import type { AgentState, LiveCall } from './types'

/** A call that a leader is on, by which phone, and how. */
export type Watched = { call: LiveCall; phone: string; mode: string }

/** The call that a person listens to or speaks in. */
export function watchedBy(person: string, calls: Iterable<LiveCall>): Watched | null {
  for (const call of calls) {
    const w = call.watchers?.find((w) => w.by === person)
    if (w) return { call, phone: w.phone, mode: w.mode }
  }
  return null
}

/** Whether a leader may be let into a call: somebody else's talk. */
export function canWatch(c: LiveCall, phone: string): boolean {
  return !!c.agent && c.agent !== phone && ['talking', 'held', 'consulting', 'conference'].includes(c.state)
}

/** The agents' phones that a leader without one of his own can listen by: free ones that can be rung. */
export function freePhones(agents: Iterable<AgentState>): AgentState[] {
  return [...agents].filter((a) => a.reachable && !a.call).sort((a, b) => (a.agent < b.agent ? -1 : 1))
}
