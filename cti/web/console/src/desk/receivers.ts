// Whom a call may be passed on to.
import type { Schema } from '../api/client'

export type Receiver = {
  /** What an order names: an agent's number, or a queue's name. */
  to: string
  kind: 'agent' | 'queue'
  name: string
  /** An agent's state, or how many of a queue are ready. */
  state: string
  /** He can be asked now; a queue where nobody is ready takes blind transfers only. */
  free: boolean
}

/** The other agents, who is ready first, then the queues that they serve. */
export function receiversOf(agents: Schema<'AgentState'>[], me: string): Receiver[] {
  const others = agents.filter((a) => a.agent !== me && a.state !== 'LoggedOff')
  const ready = (a: Schema<'AgentState'>) => a.state === 'Ready' && a.reachable
  const people = others.map((a): Receiver => ({ to: a.agent, kind: 'agent', name: a.name ?? '', state: a.state, free: ready(a) }))
  people.sort((a, b) => Number(b.free) - Number(a.free) || a.to.localeCompare(b.to))
  const served = new Map<string, number>()
  for (const a of agents) {
    for (const q of a.queues ?? []) served.set(q, (served.get(q) ?? 0) + (a.agent !== me && ready(a) ? 1 : 0))
  }
  const queues = [...served].sort(([a], [b]) => a.localeCompare(b))
    .map(([q, n]): Receiver => ({ to: q, kind: 'queue', name: '', state: String(n), free: n > 0 }))
  return [...people, ...queues]
}
