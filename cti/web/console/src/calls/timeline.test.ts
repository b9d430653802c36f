import { describe, expect, test } from 'vitest'
import type { Schema } from '../api/client'
import { marksOf, rowsOf, timelineOf, type Span } from './timeline'

const at = (s: number) => new Date(Date.UTC(2026, 2, 1, 9, 0, 0) + s * 1000).toISOString()

const record = {
  id: 'c1', caller: '138****8000', did: '800100', started_at: at(0), ended_at: at(30), greeting: { prompt: 'greeting-demo', began_at: at(0.1), ended_at: at(3) },
  queue_entries: [{ queue: 'service', entered_at: at(0.2), left_at: at(8), result: 'answered', ahead: 0, priority: 0, wait_ms: 7800 }],
  offers: [
    { agent: '1001', channel: 'a', offer: 1, offered_at: at(1), alerted_at: at(1.2), ended_at: at(6), result: 'no_answer', queue: 'service', rings: 1, ring_ms: 4800, cause: null, tech_cause: null },
    { agent: '1002', channel: 'b', offer: 2, offered_at: at(6), alerted_at: at(6.1), ended_at: at(8), result: 'answered', queue: 'service', rings: 1, ring_ms: 1900, cause: null, tech_cause: null },
  ],
  legs: [{ role: 'agent', agent: '1002', channel: 'b', started_at: at(6), answered_at: at(8), joined_at: at(8.1), ended_at: at(30), estimated: false, cause: 16, tech_cause: null }],
  holds: [{ began_at: at(10), ended_at: at(15), role: 'agent', channel: 'b' }],
  recordings: [{ name: 'c1', began_at: at(8) }], recording_checks: [{ name: 'c1', length_ms: 22_000 }],
} as unknown as Schema<'Record'>

describe('timelineOf', () => {
  test('puts everything on one axis', () => {
    const t = timelineOf(record, 0)
    expect(t.length).toBe(30_000)
    expect(t.spans.filter((s) => s.lane === 'offer').map((s) => [s.who, s.from, s.to])).toEqual([['1001', 1_200, 6_000], ['1002', 6_100, 8_000]])
    expect(t.spans.find((s) => s.lane === 'recording')).toMatchObject({ from: 8_000, to: 30_000 })
  })
  test('what has no end yet lasts until now', () => {
    const t = timelineOf({ ...record, ended_at: null, legs: [{ ...record.legs![0]!, ended_at: null }] }, Date.parse(at(40)))
    expect(t.length).toBe(40_000)
    expect(t.spans.find((s) => s.lane === 'leg')).toMatchObject({ to: 40_000, open: true })
  })
})

test('rowsOf keeps what overlaps apart', () => {
  const span = (from: number, to: number): Span => ({ lane: 'leg', from, to, open: false, who: '', what: '', point: false })
  expect(rowsOf([span(5, 9), span(0, 5), span(3, 7)]).map((r) => r.map((s) => s.from))).toEqual([[0, 5], [3]])
})

test('marksOf has round and few marks', () => {
  expect(marksOf(30_000)).toEqual([0, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000])
  expect(marksOf(3_700_000).length).toBeLessThanOrEqual(11)
})
