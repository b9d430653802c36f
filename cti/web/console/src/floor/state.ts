// The floor as it stands: a snapshot, and what has changed since.
import { patched, type Patch } from '../live/patch'
import type { AgentState, FloorDelta, FloorSnapshot, LiveCall, LiveQueue } from './types'

/** What has not changed stays the very same value, so that nothing of it is drawn anew. */
export type Floor = {
  linked: boolean
  at: string
  agents: ReadonlyMap<string, AgentState>
  calls: ReadonlyMap<string, LiveCall>
  queues: ReadonlyMap<string, LiveQueue>
}

export type FloorNews = { snapshot: FloorSnapshot } | { delta: FloorDelta }

/** The floor after a snapshot or a change; null is the one of which nothing is known yet. */
export function reduceFloor(floor: Floor | null, news: FloorNews): Floor | null {
  if ('snapshot' in news) return fromSnapshot(news.snapshot)
  return floor && applyDelta(floor, news.delta)
}

export function fromSnapshot(s: FloorSnapshot): Floor {
  return {
    linked: s.linked,
    at: s.at,
    agents: keyed(s.agents, (a) => a.agent),
    calls: keyed(s.calls, (c) => c.call),
    queues: keyed(s.queues, (q) => q.queue),
  }
}

export function applyDelta(f: Floor, d: FloorDelta): Floor {
  return {
    linked: d.linked ?? f.linked,
    at: d.at,
    agents: changed(f.agents, d.agents, d.gone_agents, 'agent'),
    calls: changed(f.calls, d.calls, d.gone_calls, 'call'),
    queues: changed(f.queues, d.queues, null, 'queue'),
  }
}

function keyed<T>(list: T[], key: (t: T) => string): ReadonlyMap<string, T> {
  return new Map(list.map((t) => [key(t), t]))
}

function changed<T extends object>(all: ReadonlyMap<string, T>, news: Patch<T>[] | null | undefined, gone: string[] | null | undefined, name: keyof T): ReadonlyMap<string, T> {
  if (!news?.length && !gone?.length) return all
  const after = new Map(all)
  gone?.forEach((k) => after.delete(k))
  news?.forEach((p) => after.set(String(p[name]), patched(after.get(String(p[name])), p)))
  return after
}
