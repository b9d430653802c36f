import { describe, expect, it } from 'vitest'
import { audioTime, callTime, gaps, layOut, marks, segments, type CallRecord } from './timeline'

const at = (s: number) => new Date(Date.UTC(2026, 2, 2, 8, 0, 0) + Math.round(s * 1000)).toISOString()
const time = (s: number) => Date.parse(at(s))

/** A call that was answered by the second agent, held, and handed on. */
function answered(more: Partial<CallRecord> = {}): CallRecord {
  return {
    id: 'c1', company: 'demo', did: '800100', caller: '138****8000', caller_name: '', direction: 'inbound', mode: 'greeted', language: 'zh',
    ring_period_ms: 5000, emergency: false, engine: 'e1', started_at: at(0), ringback_at: at(0), greeting: { prompt: 'welcome', began_at: at(0), ended_at: at(3), whole: true, failed: false },
    flow_path: [{ at: at(0.01), step: 'queue', detail: 'service' }, { at: at(11), step: 'agent', detail: '1002' }],
    queue_entries: [{ queue: 'service', priority: 5, ahead: 1, entered_at: at(0), left_at: at(11), wait_ms: 11000, result: 'answered' }],
    offers: [
      { offer: 1, agent: '1001', queue: 'service', channel: 'a1', offered_at: at(1), alerted_at: at(1.1), ended_at: at(7), result: 'missed', rings: 2, ring_ms: 5900, cause: 19, tech_cause: null },
      { offer: 2, agent: '1002', queue: 'service', channel: 'a2', offered_at: at(7), alerted_at: at(7.2), ended_at: at(11), result: 'answered', rings: 1, ring_ms: 3800, cause: null, tech_cause: null },
    ],
    legs: [
      { channel: 'c', role: 'caller', started_at: at(0), answered_at: null, joined_at: at(12), ended_at: at(60), cause: 16, tech_cause: null, estimated: false },
      { channel: 'a1', role: 'agent', agent: '1001', started_at: at(1), answered_at: null, joined_at: null, ended_at: at(7), cause: 19, tech_cause: null, estimated: false },
      { channel: 'a2', role: 'agent', agent: '1002', started_at: at(7), answered_at: at(11), joined_at: at(12), ended_at: at(40), cause: 16, tech_cause: null, estimated: false },
      { channel: 'a3', role: 'agent', agent: '1003', started_at: at(31), answered_at: at(34), joined_at: at(40), ended_at: at(60), cause: 16, tech_cause: null, estimated: false },
    ],
    holds: [{ channel: 'a2', role: 'agent', began_at: at(20), ended_at: at(25) }],
    transfers: [{ kind: 'announced', from: '1002', to: '1003', reason: 'needs a fitter', consent: true, at: at(30), consulted_at: at(34), ended_at: at(40), result: 'completed' }],
    supervisions: [{ by: '2001', phone: '2001', mode: 'listen', with: '1002', began_at: at(15), ended_at: at(18) }],
    announcements: [], answered_at: at(11), agent: '1002', wait_ms: 11000, rings: 1, within_three_rings: true, agent_rings: 1, agent_ring_ms: 3800, caller_rings: 3, caller_ring_ms: 11000,
    overran_at: null, joined_at: at(12), hung_up_at: at(60), hung_up_by: 'caller', early_hang_up: false, ended_at: at(60), ended_by: 'caller', disposition: 'ANSWERED', cause: 16,
    abandoned: false, estimated: false, recordings: [{ name: 'c1', began_at: at(0) }], amendments: [], tickets: [], hash: 'h', prev_hash: 'p',
    fallback: null as never, sheet: null as never, ...more,
  }
}

describe('layOut', () => {
  it('tells a whole call in lanes', () => {
    const line = layOut(answered(), time(100))
    expect(line.start).toBe(time(0))
    expect(line.end).toBe(time(60))
    expect(line.lanes.map((l) => l.kind)).toEqual(['caller', 'flow', 'queue', 'offer', 'talk', 'hold', 'transfer', 'consult', 'supervision', 'recording'])
    const offers = line.lanes.find((l) => l.kind === 'offer')!
    expect(offers.spans.map((s) => [s.what, s.result, s.count, s.end - s.start])).toEqual([['1001', 'missed', 2, 5900], ['1002', 'answered', 1, 3800]])
    expect(offers.rows).toBe(1)
    expect(line.lanes.find((l) => l.kind === 'talk')!.spans.map((s) => s.what)).toEqual(['1002', '1003'])
  })

  it('puts what overlaps into rows of its own', () => {
    const together = answered({ offers: ['1001', '1002', '1003'].map((agent, i) => (
      { offer: i + 1, agent, queue: 'service', channel: agent, offered_at: at(1), alerted_at: at(1 + i), ended_at: at(9), result: i ? 'withdrawn' : 'answered', rings: 1, ring_ms: 5000, cause: null, tech_cause: null })) })
    const offers = layOut(together, time(100)).lanes.find((l) => l.kind === 'offer')!
    expect(offers.rows).toBe(3)
    expect(offers.spans.map((s) => s.row)).toEqual([0, 1, 2])
  })

  it('lets what goes on end now', () => {
    const going = answered({ ended_at: null, legs: [{ channel: 'c', role: 'caller', started_at: at(0), answered_at: null, joined_at: null, ended_at: null, cause: null, tech_cause: null, estimated: false }] })
    const line = layOut(going, time(75))
    expect(line.end).toBe(time(75))
    expect(line.lanes[0]!.spans[0]).toMatchObject({ open: true, end: time(75) })
  })

  it('shows a caller whom nobody served, and the time of which nothing is known', () => {
    const left = answered({ offers: [], legs: [], holds: [], transfers: [], supervisions: [], recordings: [], joined_at: null, flow_path: null, greeting: null as never,
      queue_entries: [{ queue: 'service', priority: 5, ahead: 0, entered_at: at(4), left_at: at(9), wait_ms: 5000, result: 'abandoned' }], ended_at: at(9.5) })
    const line = layOut(left, time(100))
    expect(line.lanes.map((l) => l.kind)).toEqual(['caller', 'queue', 'gap'])
    expect(line.lanes[2]!.spans).toMatchObject([{ start: time(0), end: time(4) }])
  })

  it('makes a moment of what a clock set back has ended before it began', () => {
    const odd = answered({ holds: [{ channel: 'a2', role: 'agent', began_at: at(20), ended_at: at(19) }] })
    expect(layOut(odd, time(100)).lanes.find((l) => l.kind === 'hold')!.spans[0]).toMatchObject({ start: time(20), end: time(20) })
  })
})

describe('gaps', () => {
  it('leaves out what overlaps and what is short', () => {
    expect(gaps([{ start: 0, end: 5000 }, { start: 4000, end: 9000 }, { start: 9500, end: 10000 }], 0, 14000)).toEqual([{ start: 10000, end: 14000 }])
  })
})

describe('segments', () => {
  it('leaves out holds and consults, and maps both ways', () => {
    const list = segments(answered(), 'c1', 33_000)
    expect(list).toEqual([{ start: time(12), end: time(20) }, { start: time(25), end: time(30) }, { start: time(40), end: time(60) }])
    expect(callTime(list, 0)).toBe(time(12))
    expect(callTime(list, 9_000)).toBe(time(26))
    expect(callTime(list, 99_000)).toBe(time(60))
    expect(audioTime(list, time(5))).toBe(0)
    expect(audioTime(list, time(22))).toBe(8_000) // on hold: where it goes on
    expect(audioTime(list, time(26))).toBe(9_000)
    expect(audioTime(list, time(70))).toBe(33_000)
  })

  it('takes a recording without holes as it is', () => {
    expect(segments(answered(), 'c1', 59_800)).toEqual([{ start: time(0), end: time(59.8) }])
    expect(segments(answered({ joined_at: null }), 'c1', 4_000)).toEqual([{ start: time(0), end: time(4) }])
    expect(segments(answered(), 'c9', 4_000)).toEqual([])
  })

  it('leaves out pauses, up to the end where nobody resumed', () => {
    const paused = answered({ holds: [], transfers: [], flow_path: [{ at: at(30), step: 'recording', detail: 'paused' }, { at: at(35), step: 'recording', detail: 'resumed' }, { at: at(50), step: 'recording', detail: 'paused' }] })
    expect(segments(paused, 'c1', 33_000)).toEqual([{ start: time(12), end: time(30) }, { start: time(35), end: time(50) }])
  })
})

describe('marks', () => {
  it('has few round ones', () => {
    expect(marks(0, 60_000)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000])
    expect(marks(0, 1_000_000).length).toBeLessThanOrEqual(9)
  })
})
