import { describe, expect, it } from 'vitest'
import { hear, sheetCall, skewAfter, unread, viewOf, type Desk } from './desk'
import type { AgentState, Heard, LiveCall } from './wire'

const at = '2026-11-20T08:00:00.000Z'
const now = Date.parse(at)

function agent(over: Partial<AgentState> = {}): AgentState {
  return { agent: '1001', company: 'demo', state: 'Ready', since: at, reachable: true, ...over }
}

function call(over: Partial<LiveCall> = {}): LiveCall {
  return {
    call: 'c1', company: 'demo', did: '800100', caller: '13800000000', direction: 'inbound', state: 'talking', agent: '1001',
    emergency: false, started_at: at, ring_ms: 5_000, recording: true, recording_paused: false, ...over,
  }
}

function desk(...said: (Partial<Heard> & { whole?: boolean })[]): Desk {
  return said.reduce((d: Desk, { whole, ...s }) => hear(d, { whole: whole ?? false, said: { epoch: 'e', seq: 1, at, ...s }, now }), unread)
}

const begun = { whole: true, linked: true, agents: [agent()], calls: [] }

describe('hear', () => {
  it('knows nothing before the snapshot', () => {
    expect(unread.read).toBe(false)
    expect(desk(begun).read).toBe(true)
  })

  it('takes what has changed of something', () => {
    const d = desk(begun, { agents: [{ agent: '1001', state: 'Ringing', call: 'c1' }], calls: [call()] }, { calls: [{ call: 'c1', agent: null }] })
    expect(d.agents['1001']).toEqual(agent({ state: 'Ringing', call: 'c1' }))
    expect(d.calls.c1).not.toHaveProperty('agent')
  })

  it('takes new things whole and lets those go that are gone', () => {
    const d = desk(begun, { agents: [agent({ state: 'Ringing', call: 'c1' })], calls: [call()] })
    expect(d.agents['1001']?.state).toBe('Ringing')
    expect(Object.keys(d.calls)).toEqual(['c1'])
    expect(Object.keys(hear(d, { whole: false, said: { epoch: 'e', seq: 3, at, gone_calls: ['c1'] }, now }).calls)).toEqual([])
  })

  it('forgets with a snapshot what is not in it', () => {
    expect(Object.keys(desk(begun, { calls: [call()] }, begun).calls)).toEqual([])
  })

  it('keeps what a heartbeat does not name', () => {
    const d = desk(begun, { calls: [call()] })
    const beaten = hear(d, { whole: false, said: { epoch: 'e', seq: 3, at }, now })
    expect(beaten.calls).toBe(d.calls)
    expect(beaten.linked).toBe(true)
    expect(desk(begun, { linked: false }, {}).linked).toBe(false)
  })
})

describe('skewAfter', () => {
  it('goes by the message that was fastest', () => {
    expect(skewAfter(null, now, now + 40)).toBe(-40)
    expect(skewAfter(-40, now, now + 300)).toBe(-40)
    expect(skewAfter(-40, now, now + 5)).toBe(-5)
  })

  it('believes a clock that was set', () => {
    expect(skewAfter(-40, now - 60_000, now)).toBe(-60_000)
    expect(skewAfter(-40, now + 60_000, now)).toBe(60_000)
  })

  it('is not shaken by a time that is none', () => {
    expect(skewAfter(-40, NaN, now)).toBe(-40)
  })
})

describe('viewOf', () => {
  const seen = (a: Partial<AgentState>, c?: Partial<LiveCall>) => viewOf(desk({ ...begun, agents: [agent(a)], calls: c ? [call(c)] : [] }), '1001')

  it('is free without a call', () => {
    expect(seen({}).part).toBe('free')
    expect(viewOf(unread, '1001')).toEqual({ agent: null, call: null, part: 'free' })
  })

  it('rings for an offer', () => {
    expect(seen({ state: 'Ringing', call: 'c1' }, { state: 'ringing' }).part).toBe('ringing')
  })

  it('is back with its call after a reload, whatever the call does', () => {
    for (const state of ['talking', 'held', 'consulting', 'conference'] as const) {
      const v = seen({ state: 'Talking', call: 'c1' }, { state })
      expect([v.part, v.call?.call]).toEqual(['talking', 'c1'])
      expect(sheetCall(v)).toBe('c1')
    }
  })

  it('finds its call where the agent does not name it', () => {
    expect(seen({ state: 'Talking' }, {}).call?.call).toBe('c1')
  })

  it('receives an announced transfer: rung, then with who transfers', () => {
    const consult = { to: '1001', state: 'talking' as const, since: at }
    expect(seen({ state: 'Ringing', call: 'c1' }, { agent: '1002', state: 'consulting', consult }).part).toBe('ringing')
    expect(seen({ state: 'Talking', call: 'c1' }, { agent: '1002', state: 'consulting', consult }).part).toBe('received')
    expect(seen({ state: 'Talking', call: 'c1' }, { agent: '1002', state: 'conference', consult }).part).toBe('received')
  })

  it('dials outside until somebody answers', () => {
    expect(seen({ state: 'Talking', call: 'c1' }, { direction: 'outbound', state: 'ringing' }).part).toBe('dialling')
  })

  it('has nothing to control of a caller who rates it', () => {
    expect(seen({ state: 'Ready', call: 'c1' }, { state: 'survey' }).part).toBe('over')
  })

  it('writes on after the call', () => {
    const v = seen({ state: 'WrapUp', call: 'c1', until: at })
    expect([v.part, sheetCall(v)]).toEqual(['free', 'c1'])
  })
})
