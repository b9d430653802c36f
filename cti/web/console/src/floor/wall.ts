// What stands on the wall: live counts beside today's figures, of a company and its queues.
import { oldFor, type LiveState } from '../live/live'
import { together } from './rates'
import type { Floor } from './state'
import type { AgentState, CompanyBoard, Figures, LiveCall, LiveQueue } from './types'
import { unseen, waits, waitsSince } from './waiting'

/** What is so at this moment; since is when the longest waiting caller came. */
export type Now = { waiting: number; emergency: number; since?: string; ready: number; talking: number; paused: number; loggedOn: number }

/** A line of the wall: a company as a whole has no queue. */
export type Line = { key: string; company: string; name: string; queue: string; now: Now | null; figures?: Figures }

export type Wall = { head: Line; lines: Line[] }

const talks = ['Talking', 'Reserved', 'Ringing']

export function nowOf(agents: Iterable<AgentState>, calls: LiveCall[], queues: Iterable<LiveQueue> = []): Now {
  const others = unseen(queues, calls)
  const now: Now = { waiting: others.waiting, emergency: 0, since: others.since, ready: 0, talking: 0, paused: 0, loggedOn: 0 }
  for (const c of calls) {
    if (!waits(c)) continue
    now.waiting++
    if (c.emergency) now.emergency++
    const since = waitsSince(c)
    if (!now.since || Date.parse(since) < Date.parse(now.since)) now.since = since
  }
  for (const a of agents) {
    if (a.state !== 'LoggedOff') now.loggedOn++
    if (a.state === 'Ready') now.ready++
    else if (talks.includes(a.state)) now.talking++
    else if (a.state === 'Paused' || a.state === 'WrapUp') now.paused++
  }
  return now
}

/** What is so now of some companies: their agents, and the callers of their lines or in their queues. */
function nowIn(floor: Floor, of: (company: string) => boolean): Now {
  const queues = [...floor.queues.values()].filter((q) => of(q.company))
  const calls = [...floor.calls.values()].filter((c) => of(c.company) || queues.some((q) => q.queue === c.queue))
  return nowOf([...floor.agents.values()].filter((a) => of(a.company)), calls, queues)
}

/** What is so now of a queue as a company's line shows it; who waits in another's queue is counted there, too. */
function nowAt(floor: Floor, company: string, queue: string): Now {
  const known = floor.queues.get(queue)
  const own = known?.company === company
  const calls = [...floor.calls.values()].filter((c) => c.queue === queue && (own || c.company === company))
  return nowOf([...floor.agents.values()].filter((a) => a.queues?.includes(queue)), calls, own ? [known] : [])
}

/**
 * The wall of one company, or of all: its head, and a line for each company (where there
 * are several) and each of their queues. Floor, boards or a company that are not known leave
 * gaps, never zeros.
 */
export function wallOf(floor: Floor | null, boards: CompanyBoard[] | undefined, company: string): Wall {
  const told = new Map((boards ?? []).map((b) => [b.company, b]))
  const all = [...new Set([...told.keys(), ...(floor ? [...floor.queues.values()].map((q) => q.company) : [])])]
  const shown = company ? all.filter((c) => c === company) : all
  const lines: Line[] = []
  for (const c of shown) {
    const board = told.get(c)
    const name = board?.company_name || c
    if (shown.length > 1) lines.push({ key: c, company: c, name, queue: '', now: floor && nowIn(floor, (k) => k === c), figures: board?.figures })
    const queues = new Set([...(board?.queues ?? []).map((q) => q.queue), ...(floor ? [...floor.queues.values()].filter((q) => q.company === c).map((q) => q.queue) : [])])
    for (const queue of [...queues].sort()) {
      lines.push({ key: `${c} ${queue}`, company: c, name, queue, now: floor && nowAt(floor, c, queue), figures: board?.queues.find((q) => q.queue === queue)?.figures })
    }
  }
  const figures = shown.map((c) => told.get(c)?.figures).filter((f) => f !== undefined)
  const head: Line = {
    key: 'head', company, name: shown.length === 1 ? told.get(shown[0]!)?.company_name || shown[0]! : company, queue: '',
    now: floor && (shown.length > 0 || !company) ? nowIn(floor, (c) => shown.includes(c)) : null,
    figures: figures.length ? together(figures) : undefined,
  }
  return { head, lines }
}

/** The lines that are shown now, where not all have room: page after page, by the time in ms. */
export function pageOf<T>(lines: T[], room: number, now: number, every: number): { lines: T[]; page: number; pages: number } {
  const pages = Math.max(1, Math.ceil(lines.length / room))
  const page = Math.floor(now / every) % pages
  return { lines: lines.slice(page * room, (page + 1) * room), page: page + 1, pages }
}

/** Today's figures are read every 10 s. */
const figuresAge = 30_000

/** What is old on the wall: the live part, of which nothing is known where it is null, and the figures; and for how long in seconds. */
export function staleness(now: number, live: LiveState | null, figuresAt: number): { live: boolean; figures: boolean; seconds: number } {
  const silent = live ? oldFor(live, now) : Infinity
  const old = figuresAt ? now - figuresAt : Infinity
  const stale = { live: silent > 0, figures: old > figuresAge }
  const longest = Math.max(silent, stale.figures ? old : 0)
  return { ...stale, seconds: Number.isFinite(longest) ? Math.round(longest / 1_000) : 0 }
}
