// Agents chosen by the filters, and put together by what they do or whom they serve.
import type { AgentState, LiveCall, LiveQueue } from './types'

export type Filter = { company: string; queue: string; state: string; text: string }

export const noFilter: Filter = { company: '', queue: '', state: '', text: '' }

/** The states in the order in which a leader looks for them. */
export const states = ['Ready', 'Reserved', 'Ringing', 'Talking', 'WrapUp', 'Paused', 'LoggedOff'] as const

export type GroupBy = 'state' | 'queue'
export type Group = { key: string; agents: AgentState[] }

/** What the filters let through. Text is looked for in number, name and reason. */
export function chosenAgents(agents: Iterable<AgentState>, f: Filter): AgentState[] {
  const text = f.text.trim().toLowerCase()
  return [...agents].filter((a) =>
    (!f.company || a.company === f.company) && (!f.queue || (a.queues ?? []).includes(f.queue)) && (!f.state || a.state === f.state) &&
    (!text || [a.agent, a.name, a.reason].some((s) => s?.toLowerCase().includes(text))))
}

/** The same of calls: text is looked for in what is shown of caller and agent; a state is an agent's. */
export function chosenCalls(calls: Iterable<LiveCall>, f: Filter): LiveCall[] {
  const text = f.text.trim().toLowerCase()
  return [...calls].filter((c) =>
    (!f.company || c.company === f.company) && (!f.queue || c.queue === f.queue) &&
    (!text || [c.call, c.caller, c.did, c.agent, c.customer?.name, c.customer?.company].some((s) => s?.toLowerCase().includes(text))))
}

/** The queues whose callers are shown; none where something is looked for that only a call tells. */
export function chosenQueues(queues: Iterable<LiveQueue>, f: Filter): LiveQueue[] {
  return f.text.trim() ? [] : [...queues].filter((q) => (!f.company || q.company === f.company) && (!f.queue || q.queue === f.queue))
}

/**
 * Agents by state or by queue. Who serves several queues is in the group of each; who
 * serves none is in the last one, whose key is empty.
 */
export function grouped(agents: AgentState[], by: GroupBy): Group[] {
  const groups = new Map<string, AgentState[]>()
  const put = (key: string, a: AgentState) => {
    const g = groups.get(key)
    if (g) g.push(a)
    else groups.set(key, [a])
  }
  for (const a of agents) {
    if (by === 'state') put(a.state, a)
    else if (a.queues?.length) a.queues.forEach((q) => put(q, a))
    else put('', a)
  }
  const order = by === 'state' ? stateOrder : queueOrder
  return [...groups].map(([key, list]) => ({ key, agents: list.sort(byNumber) })).sort((a, b) => order(a.key, b.key))
}

/** How many do what, of all states, also those in which nobody is. */
export function countStates(agents: Iterable<AgentState>): Record<string, number> {
  const n: Record<string, number> = Object.fromEntries(states.map((s) => [s, 0]))
  for (const a of agents) n[a.state] = (n[a.state] ?? 0) + 1
  return n
}

function byNumber(a: AgentState, b: AgentState): number {
  return a.agent.length - b.agent.length || (a.agent < b.agent ? -1 : 1)
}

function stateOrder(a: string, b: string): number {
  const at = (s: string) => {
    const i = (states as readonly string[]).indexOf(s)
    return i < 0 ? states.length : i
  }
  return at(a) - at(b)
}

function queueOrder(a: string, b: string): number {
  if (!a !== !b) return a ? -1 : 1
  return a < b ? -1 : 1
}
