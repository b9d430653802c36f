// Whom a call may be passed on to.
import type { Schema } from '../api/client'

export type Receiver = {
  /** What an order names: an agent's number, a contact's id, or a queue's name. */
  to: string
  kind: 'agent' | 'contact' | 'queue'
  name: string
  /** An agent's state, a contact's number as it may be shown, or how many of a queue are ready. */
  state: string
  /** He can be asked now; a queue where nobody is ready takes blind transfers only. */
  free: boolean
}

/** The other agents, who is ready first, then contacts outside, then the queues that the agents serve. */
export function receiversOf(agents: Schema<'AgentState'>[], contacts: Schema<'DeskContact'>[], me: string): Receiver[] {
  const others = agents.filter((a) => a.agent !== me && a.state !== 'LoggedOff')
  const ready = (a: Schema<'AgentState'>) => a.state === 'Ready' && a.reachable
  const people = others.map((a): Receiver => ({ to: a.agent, kind: 'agent', name: a.name ?? '', state: a.state, free: ready(a) }))
  people.sort((a, b) => Number(b.free) - Number(a.free) || a.to.localeCompare(b.to))
  const outside = contacts.map((c): Receiver => ({ to: c.id, kind: 'contact', name: c.name ?? '', state: c.number, free: true }))
  const served = new Map<string, number>()
  for (const a of agents) {
    for (const q of a.queues ?? []) served.set(q, (served.get(q) ?? 0) + (a.agent !== me && ready(a) ? 1 : 0))
  }
  const queues = [...served].sort(([a], [b]) => a.localeCompare(b))
    .map(([q, n]): Receiver => ({ to: q, kind: 'queue', name: '', state: String(n), free: n > 0 }))
  return [...people, ...outside, ...queues]
}

/** Whether a receiver is meant by what was typed: each word of it is in his number or his name. */
export function meant(receiver: Pick<Receiver, 'to' | 'name'>, typed: string): boolean {
  const text = `${receiver.to} ${receiver.name}`.toLowerCase()
  return typed.toLowerCase().split(/\s+/).every((word) => text.includes(word))
}
