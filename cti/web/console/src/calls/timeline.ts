// What a record tells, as lanes over one axis of time. Times are ms since 1970.
import type { Schema } from '../api/client'

export type CallRecord = Schema<'Record'>

export type LaneKind = 'caller' | 'flow' | 'queue' | 'offer' | 'talk' | 'hold' | 'transfer' | 'consult' | 'supervision' | 'survey' | 'recording' | 'gap'

/** One thing that went on from start to end; a moment has both the same. */
export type Span = {
  id: string
  kind: LaneKind
  start: number
  end: number
  /** It had not ended when the record was read. */
  open: boolean
  /** Whose, or what: an agent, a queue, a step. Data, not words. */
  what: string
  /** What came of it, or how: a result of the record. */
  result?: string
  /** Further facts for who reads the table: rings, the number of those ahead. */
  count?: number
  /** The row within its lane, so that what overlaps lies side by side. */
  row: number
}

export type Lane = { kind: LaneKind; spans: Span[]; rows: number }

export type Timeline = { start: number; end: number; lanes: Lane[] }

const ms = (at: string | null | undefined) => (at ? Date.parse(at) : undefined)

type Draft = Omit<Span, 'row' | 'id' | 'open' | 'end'> & { end: number | undefined }

/** Lays out a record; now is where what goes on still ends. */
export function layOut(record: CallRecord, now: number): Timeline {
  const start = Date.parse(record.started_at)
  const ended = ms(record.ended_at)
  const last = ended ?? now
  const drafts = [...callerSpans(record), ...flowSpans(record), ...queueSpans(record), ...personSpans(record), ...laterSpans(record), ...recordingSpans(record)]
  const spans = drafts.map((d, i): Span => {
    const end = d.end ?? last
    // A clock that was set back may end a thing before it began: it is shown as a moment.
    return { ...d, id: `${d.kind}-${i}`, end: Math.max(end, d.start), open: d.end === undefined && ended === undefined, row: 0 }
  })
  const served = (record.legs ?? []).filter((l) => l.role !== 'caller' && l.answered_at).map((l) => ({ start: Date.parse(l.answered_at!), end: ms(l.ended_at) ?? last }))
  const missing = gaps([...spans.filter((s) => covering.has(s.kind)), ...served], start, last).map((g, i): Span => (
    { id: `gap-${i}`, kind: 'gap', ...g, open: false, what: '', row: 0 }))
  const all = [...spans, ...missing]
  const lanes = order.flatMap((kind) => {
    const own = all.filter((s) => s.kind === kind).sort((a, b) => a.start - b.start || a.end - b.end)
    return own.length === 0 ? [] : [{ kind, spans: own, rows: pack(own) }]
  })
  const from = Math.min(start, ...all.map((s) => s.start))
  const to = Math.max(last, ...all.map((s) => s.end))
  return { start: from, end: Math.max(to, from + 1), lanes }
}

const order: LaneKind[] = ['caller', 'flow', 'queue', 'offer', 'talk', 'hold', 'transfer', 'consult', 'supervision', 'survey', 'recording', 'gap']

/** What a caller may be in; where he is in none, nobody knows what he heard. */
const covering = new Set<LaneKind>(['flow', 'queue', 'offer', 'talk', 'survey'])

/** Shorter ones are the switch's own work. */
const gapLeast = 1_000

/** Where nothing covers the time between from and to, for a second and more. */
export function gaps(spans: { start: number; end: number }[], from: number, to: number): { start: number; end: number }[] {
  const list: { start: number; end: number }[] = []
  let reached = from
  for (const s of [...spans].sort((a, b) => a.start - b.start)) {
    if (s.start - reached >= gapLeast) list.push({ start: reached, end: Math.min(s.start, to) })
    reached = Math.max(reached, s.end)
  }
  if (to - reached >= gapLeast) list.push({ start: reached, end: to })
  return list
}

/** Gives each span the first row in which nothing overlaps it; answers how many there are. */
export function pack(spans: Span[]): number {
  const ends: number[] = []
  for (const s of spans) {
    let row = ends.findIndex((end) => end <= s.start)
    if (row < 0) row = ends.push(s.end) - 1
    ends[row] = Math.max(s.end, s.start + 1)
    s.row = row
  }
  return ends.length
}

function callerSpans(r: CallRecord): Draft[] {
  const legs = (r.legs ?? []).filter((l) => l.role === 'caller')
  if (legs.length === 0) return [{ kind: 'caller', start: Date.parse(r.started_at), end: ms(r.ended_at), what: r.caller }]
  return legs.map((l) => ({ kind: 'caller' as const, start: Date.parse(l.started_at), end: ms(l.ended_at), what: r.caller }))
}

function flowSpans(r: CallRecord): Draft[] {
  const prompts = [...(r.greeting ? [{ ...r.greeting, result: 'greeting' }] : []), ...(r.announcements ?? []).map((p) => ({ ...p, result: 'announcement' }))]
  return [
    ...prompts.map((p) => ({ kind: 'flow' as const, start: ms(p.began_at) ?? Date.parse(p.ended_at), end: Date.parse(p.ended_at), what: p.prompt ?? p.agent ?? '', result: p.failed ? 'failed' : p.result })),
    ...(r.flow_path ?? []).map((s) => ({ kind: 'flow' as const, start: Date.parse(s.at), end: Date.parse(s.at), what: s.detail ?? '', result: s.step })),
  ]
}

function queueSpans(r: CallRecord): Draft[] {
  return (r.queue_entries ?? []).map((q) => ({ kind: 'queue', start: Date.parse(q.entered_at), end: ms(q.left_at), what: q.queue, result: q.result ?? undefined, count: q.ahead }))
}

function personSpans(r: CallRecord): Draft[] {
  const offers = (r.offers ?? []).map((o): Draft => (
    { kind: 'offer', start: ms(o.alerted_at) ?? Date.parse(o.offered_at), end: ms(o.ended_at), what: o.number || o.agent, result: o.result ?? undefined, count: o.rings }))
  const talks = (r.legs ?? []).filter((l) => l.role !== 'caller' && l.answered_at).map((l): Draft => (
    { kind: 'talk', start: ms(l.joined_at) ?? Date.parse(l.answered_at!), end: ms(l.ended_at), what: l.agent ?? '', result: l.joined_at ? 'joined' : 'unjoined' }))
  return [...offers, ...talks]
}

function laterSpans(r: CallRecord): Draft[] {
  const transfers = r.transfers ?? []
  return [
    ...(r.holds ?? []).map((h): Draft => ({ kind: 'hold', start: Date.parse(h.began_at), end: ms(h.ended_at), what: h.role })),
    ...transfers.map((t): Draft => ({ kind: 'transfer', start: Date.parse(t.at), end: ms(t.ended_at), what: `${t.from} → ${t.number || t.to || t.queue || ''}`, result: t.result ?? t.kind })),
    ...transfers.filter((t) => t.consulted_at).map((t): Draft => ({ kind: 'consult', start: Date.parse(t.consulted_at!), end: ms(t.ended_at), what: `${t.from} ↔ ${t.number || t.to || ''}` })),
    ...(r.supervisions ?? []).map((s): Draft => ({ kind: 'supervision', start: Date.parse(s.began_at), end: ms(s.ended_at), what: s.by, result: s.mode })),
    ...(r.survey ? [{ kind: 'survey' as const, start: Date.parse(r.survey.began_at), end: ms(r.survey.ended_at), what: r.survey.agent, result: r.survey.result ?? undefined }] : []),
  ]
}

function recordingSpans(r: CallRecord): Draft[] {
  return (r.recordings ?? []).flatMap((rec) => {
    const check = r.recording_checks?.find((c) => c.name === rec.name)
    return segments(r, rec.name, check?.length_ms).map((s): Draft => ({ kind: 'recording', ...s, what: rec.name, result: check?.result }))
  })
}

export type Segment = { start: number; end: number }

/**
 * When a recording was made: the switch writes while the caller is joined with somebody, and
 * leaves out holds, consults, waits for another agent and pauses. A recording that is as
 * long as all from its beginning has no such holes.
 */
export function segments(r: CallRecord, name: string, lengthMs?: number): Segment[] {
  const began = ms(r.recordings?.find((one) => one.name === name)?.began_at)
  const ended = ms(r.ended_at)
  if (began === undefined) return []
  const joined = ms(r.joined_at)
  const end = ended ?? began + (lengthMs ?? 0)
  if (lengthMs !== undefined && (joined === undefined || Math.abs(end - began - lengthMs) < 1_500)) return [{ start: began, end: began + lengthMs }]
  if (joined === undefined) return lengthMs === undefined ? [{ start: began, end }] : []
  let list: Segment[] = [{ start: Math.max(began, joined), end }]
  for (const cut of cuts(r, joined, end)) list = list.flatMap((s) => without(s, cut))
  return list
}

function cuts(r: CallRecord, joined: number, end: number): Segment[] {
  const flow = r.flow_path ?? []
  const pauses = flow.flatMap((s, i) => {
    if (s.step !== 'recording' || s.detail !== 'paused') return []
    const next = flow.slice(i + 1).find((n) => n.step === 'recording')
    return [{ start: Date.parse(s.at), end: ms(next?.at) ?? end }]
  })
  return [
    ...(r.holds ?? []).map((h) => ({ start: Date.parse(h.began_at), end: ms(h.ended_at) ?? end })),
    ...(r.transfers ?? []).filter((t) => t.kind === 'announced').map((t) => ({ start: Date.parse(t.at), end: ms(t.ended_at) ?? end })),
    ...(r.queue_entries ?? []).filter((q) => Date.parse(q.entered_at) > joined).map((q) => ({ start: Date.parse(q.entered_at), end: ms(q.left_at) ?? end })),
    ...(r.survey ? [{ start: Date.parse(r.survey.began_at), end: ms(r.survey.ended_at) ?? end }] : []),
    ...pauses,
  ]
}

function without(s: Segment, cut: Segment): Segment[] {
  if (cut.end <= s.start || cut.start >= s.end || cut.end <= cut.start) return [s]
  return [{ start: s.start, end: cut.start }, { start: cut.end, end: s.end }].filter((p) => p.end > p.start)
}

/** The moment of the call that is heard so many ms into the recording. */
export function callTime(list: Segment[], audio: number): number {
  let left = Math.max(0, audio)
  for (const s of list) {
    if (left <= s.end - s.start) return s.start + left
    left -= s.end - s.start
  }
  return list.at(-1)?.end ?? 0
}

/** Where in the recording a moment of the call is; one that was not recorded is where it goes on. */
export function audioTime(list: Segment[], at: number): number {
  let before = 0
  for (const s of list) {
    if (at <= s.start) return before
    if (at < s.end) return before + at - s.start
    before += s.end - s.start
  }
  return before
}

/** Round times for marks on the axis: about so many between start and end, from the start on. */
export function marks(start: number, end: number, most = 8): number[] {
  const steps = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000]
  const step = steps.find((s) => (end - start) / s <= most) ?? (end - start) / most
  return Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, i) => start + i * step)
}
