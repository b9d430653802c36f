// A call's record as lanes of spans on one time axis.
import type { Schema } from '../api/client'

export type Lane = 'call' | 'flow' | 'queue' | 'offer' | 'leg' | 'hold' | 'transfer' | 'supervision' | 'recording' | 'survey'

export type Span = {
  lane: Lane
  /** ms since the call began. */
  from: number
  to: number
  /** Nobody has told its end yet. */
  open: boolean
  who: string
  what: string
  /** A moment, not a length. */
  point: boolean
}

export type Timeline = { start: number; length: number; spans: Span[] }

/** The time line of a record; now stands in for ends that are not there yet, in ms. */
export function timelineOf(r: Schema<'Record'>, now: number): Timeline {
  const start = Date.parse(r.started_at)
  const last = r.ended_at ? Date.parse(r.ended_at) : now
  const spans: Span[] = []
  const at = (t: string) => Date.parse(t) - start
  function span(lane: Lane, from: string | null | undefined, to: string | null | undefined, who: string, what: string) {
    if (!from) return
    spans.push({ lane, from: at(from), to: to ? Math.max(at(to), at(from)) : Math.max(last - start, at(from)), open: !to && !r.ended_at, who, what, point: false })
  }
  function point(lane: Lane, when: string | null | undefined, who: string, what: string) {
    if (when) spans.push({ lane, from: at(when), to: at(when), open: false, who, what, point: true })
  }
  span('call', r.started_at, r.ended_at, r.caller, r.did)
  if (r.greeting.began_at) span('call', r.greeting.began_at, r.greeting.ended_at, '', r.greeting.prompt ?? '')
  r.flow_path?.forEach((s) => point('flow', s.at, '', [s.step, s.detail].filter(Boolean).join(' ')))
  r.queue_entries?.forEach((q) => span('queue', q.entered_at, q.left_at, q.queue, q.result ?? ''))
  r.offers?.forEach((o) => span('offer', o.alerted_at ?? o.offered_at, o.ended_at, o.agent || (o.number ?? ''), o.result ?? ''))
  r.legs?.forEach((l) => span('leg', l.answered_at ?? l.started_at, l.ended_at, l.agent ?? '', l.role))
  r.holds?.forEach((h) => span('hold', h.began_at, h.ended_at, '', h.role))
  r.transfers?.forEach((t) => span('transfer', t.at, t.ended_at, `${t.from} → ${t.to || t.queue || (t.number ?? '')}`, [t.kind, t.result].filter(Boolean).join(' ')))
  r.supervisions?.forEach((s) => span('supervision', s.began_at, s.ended_at, s.by, s.mode))
  r.recordings?.forEach((x) => {
    const check = r.recording_checks?.find((c) => c.name === x.name)
    span('recording', x.began_at, check ? new Date(Date.parse(x.began_at) + check.length_ms).toISOString() : r.ended_at, '', x.name)
  })
  if (r.survey) span('survey', r.survey.began_at, r.survey.ended_at, r.survey.agent, r.survey.result ?? '')
  const length = Math.max(1, last - start, ...spans.map((s) => s.to))
  return { start, length, spans }
}

/** Puts spans that overlap into rows below one another, in the order in which they begin. */
export function rowsOf(spans: Span[]): Span[][] {
  const rows: Span[][] = []
  for (const s of [...spans].sort((a, b) => a.from - b.from)) {
    const free = rows.find((row) => row.every((other) => s.from >= other.to && !(s.point && other.point && s.from === other.from)))
    if (free) free.push(s)
    else rows.push([s])
  }
  return rows
}

/** Where the axis has marks, in ms: at most so many, at round distances. */
export function marksOf(length: number, most = 10): number[] {
  const steps = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000]
  const step = steps.find((s) => length / s <= most) ?? steps.at(-1)!
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, i) => i * step)
}
