import { describe, expect, it } from 'vitest'
import { allowed, faultsOf, fieldOf, fieldsOf, hindrance, may, mayReveal, next, saidOf, type Ticket } from './orders'

function ticket(of: Partial<Ticket>): Ticket {
  return {
    id: '5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33', company: 'demo', kind: 'complaint', state: 'open', owner: '1001', call: 'c1', calls: ['c1'],
    opened_at: '2026-11-01T08:00:00Z', due_at: null, closed_at: null, ...of,
  }
}

const agent = { number: '1001', role: 'agent' }
const other = { number: '1002', role: 'agent' }
const leader = { number: '2001', role: 'shift_leader' }
const clerk = { number: '7001', role: 'clerk' }

describe('which orders a state and a role allow', () => {
  it('shows nothing of a merged ticket', () => {
    for (const who of [agent, leader, clerk]) expect(allowed(ticket({ state: 'merged' }), 'none', who)).toEqual([])
    expect(hindrance(ticket({ state: 'merged' }), 'none', leader)).toBe('merged')
  })
  it('lets who is responsible close, and leaders', () => {
    expect(may('close', ticket({}), 'final', agent)).toBe(true)
    expect(may('close', ticket({}), 'final', other)).toBe(false)
    expect(may('close', ticket({ owner: null }), 'final', other)).toBe(true)
    expect(may('close', ticket({}), 'final', leader)).toBe(true)
    expect(hindrance(ticket({}), 'final', other)).toBe('othersClose')
  })
  it('closes no ticket with a draft of a sheet, or that is with a department', () => {
    expect(may('close', ticket({}), 'draft', leader)).toBe(false)
    expect(hindrance(ticket({}), 'draft', leader)).toBe('sheetDraft')
    expect(may('close', ticket({ state: 'forwarded', department: 'gas' }), 'final', leader)).toBe(false)
    expect(hindrance(ticket({ state: 'forwarded' }), 'final', leader)).toBe('withDepartment')
  })
  it('fills a draft and amends a final sheet', () => {
    expect(allowed(ticket({}), 'draft', agent)).toContain('fill')
    expect(allowed(ticket({}), 'draft', agent)).not.toContain('amend')
    expect(allowed(ticket({ state: 'closed' }), 'final', agent)).toContain('amend')
    expect(allowed(ticket({ state: 'closed' }), 'final', agent)).not.toContain('fill')
  })
  it('gives a clerk what his department does', () => {
    expect(allowed(ticket({ state: 'forwarded', department: 'gas' }), 'final', clerk))
      .toEqual(['take', 'finish', 'give_back', 'forward', 'note', 'promise', 'escalate', 'identify'])
    expect(may('take', ticket({ state: 'forwarded', clerk: '7001' }), 'final', clerk)).toBe(false)
  })
  it('gives those who only look nothing', () => {
    for (const role of ['operator', 'auditor', 'finance']) expect(allowed(ticket({}), 'none', { number: '9', role })).toEqual([])
  })
  it('escalates to the company and no further', () => {
    expect(may('escalate', ticket({ level: 2 }), 'none', agent)).toBe(true)
    expect(may('escalate', ticket({ level: 3 }), 'none', agent)).toBe(false)
    expect(fieldsOf('escalate', ticket({}), agent).map((f) => f.name)).toEqual(['reason'])
    expect(fieldsOf('escalate', ticket({ kind: 'emergency' }), agent).map((f) => f.name)).toEqual(['level', 'reason'])
  })
  it('points at what comes next', () => {
    const after = (t: Ticket, who: typeof agent, sheet: 'draft' | 'final' = 'final') => next(t, allowed(t, sheet, who))
    expect(after(ticket({}), agent, 'draft')).toBe('fill')
    expect(after(ticket({}), agent)).toBe('close')
    expect(after(ticket({ state: 'forwarded' }), clerk)).toBe('take')
    expect(after(ticket({ state: 'forwarded', clerk: '7001' }), clerk)).toBe('finish')
    expect(after(ticket({ state: 'done' }), leader)).toBe('close')
    expect(after(ticket({ state: 'done' }), other)).toBeUndefined()
  })
  it('reveals to who is responsible and to those above', () => {
    expect([agent, other, leader, clerk].map((who) => mayReveal(ticket({}), who))).toEqual([true, false, true, false])
  })
})

describe('what an order says', () => {
  it('leaves out what says nothing', () => {
    expect(saidOf('note', { text: ' told him ', told: false, x: undefined })).toEqual({ text: 'told him' })
  })
  it('puts a matter together', () => {
    expect(saidOf('split', { kind: 'repair', summary: 'no light', owner: '1001', charged: true }))
      .toEqual({ kind: 'repair', owner: '1001', matter: { summary: 'no light', charged: true } })
  })
  it('finds the field of a refusal', () => {
    expect(fieldOf('reason is needed', ['department', 'reason'])).toBe('reason')
    expect(fieldOf('said: forwarded: work_at is wrong', ['work_at'])).toBe('work_at')
    expect(fieldOf('department "x" is unknown; allowed: gas', ['department', 'reason'])).toBe('department')
    expect(fieldOf('reasonable', ['reason'])).toBeUndefined()
  })
  it('finds the faults of a sheet', () => {
    expect(faultsOf('place: it is empty; allowed: 2 to 200\nphone: it is not allowed: digits', ['place', 'phone']))
      .toEqual({ place: 'it is empty; allowed: 2 to 200', phone: 'it is not allowed: digits' })
  })
})
