// Which calls leaders are on, and by whose phone (the server decides what is allowed).
import type { Floor } from './state'
import type { AgentState, LiveCall } from './types'

/** The reason of an agent whose phone a leader listens by. */
const supervises = 'supervises'

/** The call that a person listens to or speaks in. */
export function watchedBy(person: string, calls: Iterable<LiveCall>): { call: LiveCall; mode: string } | null {
  for (const call of calls) {
    const w = call.watchers?.find((w) => w.by === person)
    if (w) return { call, mode: w.mode }
  }
  return null
}

/** Whether a leader may be let into a call: somebody else's talk. */
export function canWatch(c: LiveCall, phone: string): boolean {
  return !!c.agent && c.agent !== phone && ['talking', 'held', 'consulting', 'conference'].includes(c.state)
}

/** The agent whose phone is on a call for a leader; the one that he says he uses first. */
export function phoneOn(call: string, floor: Floor, used: string): string {
  const on = (a: AgentState | undefined) => a?.call === call && a.reason === supervises
  if (on(floor.agents.get(used))) return used
  for (const a of floor.agents.values()) if (on(a)) return a.agent
  return ''
}

/** The phones a leader can listen by: free ones that can be rung, his own first. */
export function freePhones(agents: Iterable<AgentState>, own: string): AgentState[] {
  return [...agents].filter((a) => a.reachable && !a.call).sort(
    (a, b) => Number(b.agent === own) - Number(a.agent === own) || (a.agent < b.agent ? -1 : 1),
  )
}
