// The desk as the live data tell it: a snapshot, then changes. Nothing of a call is kept
// anywhere else, so that a desk that is loaded anew is back with its call.
import { patched, type Patch } from '../live/patch'
import type { AgentState, Heard, LiveCall } from './wire'

export type Desk = {
  /** A snapshot has come. */
  read: boolean
  /** The hotline reaches its switch. */
  linked: boolean
  agents: Readonly<Record<string, AgentState>>
  calls: Readonly<Record<string, LiveCall>>
  /** What the switch's clock is ahead of this machine's, in ms. */
  skew: number
}

export const unread: Desk = { read: false, linked: true, agents: {}, calls: {}, skew: 0 }

export type Hearing = {
  whole: boolean
  said: Heard
  /** When it came, by this machine's clock. */
  now: number
}

/** The desk after a snapshot or a change. */
export function hear(desk: Desk, { whole, said, now }: Hearing): Desk {
  const skew = skewAfter(desk.read ? desk.skew : null, Date.parse(said.at), now)
  const before = whole ? unread : desk
  return {
    read: desk.read || whole,
    linked: said.linked ?? before.linked,
    agents: changed(before.agents, said.agents, said.gone_agents, 'agent'),
    calls: changed(before.calls, said.calls, said.gone_calls, 'call'),
    skew,
  }
}

function changed<T extends object>(before: Readonly<Record<string, T>>, now: Patch<T>[] | null | undefined, gone: string[] | null | undefined, name: keyof T) {
  if (!now?.length && !gone?.length) return before
  const after: Record<string, T> = { ...before }
  for (const key of gone ?? []) delete after[key]
  for (const p of now ?? []) after[String(p[name])] = patched(after[String(p[name])], p)
  return after
}

/** A clock that was set is believed at once; less than that is the way a message takes. */
const skewJump = 2_000

/**
 * The difference of the clocks: a message is late, never early, so the largest that was seen
 * is nearest, unless a clock was set.
 */
export function skewAfter(known: number | null, at: number, now: number): number {
  const seen = at - now
  if (Number.isNaN(seen)) return known ?? 0
  if (known === null || seen > known || known - seen > skewJump) return seen
  return known
}

/** What a desk shows of its agent's call. */
export type Part =
  | 'free' // no call
  | 'ringing' // his phone rings
  | 'dialling' // he has a number dialled, which has not answered
  | 'talking' // his caller is with him, on hold, or waits while he consults
  | 'received' // an announced transfer has reached him: he talks with who transfers, or with all
  | 'over' // the caller is with somebody or something else

export type View = { agent: AgentState | null; call: LiveCall | null; part: Part }

/** What concerns an agent. */
export function viewOf(desk: Desk, me: string): View {
  const agent = desk.agents[me] ?? null
  const call = callOf(desk, agent, me)
  return { agent, call, part: partOf(agent, call, me) }
}

function callOf(desk: Desk, agent: AgentState | null, me: string): LiveCall | null {
  const named = agent?.call ? desk.calls[agent.call] : undefined
  if (named) return named
  const mine = Object.values(desk.calls).filter((c) => c.agent === me || c.consult?.to === me)
  return mine.sort((a, b) => b.started_at.localeCompare(a.started_at))[0] ?? null
}

function partOf(agent: AgentState | null, call: LiveCall | null, me: string): Part {
  if (!agent || !call || agent.state === 'WrapUp') return 'free'
  if (agent.state === 'Ringing' || agent.state === 'Reserved') return 'ringing'
  if (call.consult?.to === me && call.agent !== me) return 'received'
  switch (call.state) {
    case 'talking': case 'held': case 'consulting': case 'conference':
      return call.agent && call.agent !== me ? 'over' : 'talking'
    case 'ringing':
      return call.direction === 'outbound' ? 'dialling' : 'ringing'
    case 'waiting': case 'flow':
      return call.direction === 'outbound' && call.agent === me ? 'dialling' : 'over'
  }
  return 'over'
}

/** The call that the record sheet is about: the one under way, or the last. */
export function sheetCall({ agent, call, part }: View): string | null {
  if (part === 'talking' || part === 'received') return call?.call ?? null
  if (agent?.state === 'WrapUp') return agent.call ?? call?.call ?? null
  return null
}
