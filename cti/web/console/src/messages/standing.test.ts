import { expect, it } from 'vitest'
import type { Schema } from '../api/client'
import { deeds, messages, standing, type Left } from './standing'

const left = (of: Partial<Left>): Left => ({ box: 'service', left_at: '2026-11-10T08:00:00Z', number: '138****0001', recording: 'r', length_ms: 9000, taken_at: null, finished_at: null, ...of })
const ticket = (id: string, message?: Left): Schema<'Ticket'> => ({ id, company: 'demo', kind: 'voicemail', state: 'open', owner: null, call: id, calls: [id], opened_at: '2026-11-10T08:00:00Z', due_at: null, closed_at: null, message })
const [agent, other, leader, auditor] = [{ number: '1001', role: 'agent' }, { number: '1002', role: 'agent' }, { number: '2001', role: 'shift_leader' }, { number: '9001', role: 'auditor' }] as const

it('knows who may take and finish', () => {
  const [fresh, taken, done] = [left({}), left({ taken_by: '1001', taken_at: '2026-11-10T09:00:00Z' }), left({ finished_at: '2026-11-10T10:00:00Z' })]
  expect([fresh, taken, done].map(standing)).toEqual(['new', 'taken', 'finished'])
  expect([agent, other, leader, auditor].map((who) => deeds(fresh, who).take)).toEqual([true, true, true, false])
  expect([agent, other, leader, auditor].map((who) => deeds(taken, who).finish)).toEqual([true, false, true, false])
  expect(deeds(done, leader)).toEqual({ take: false, finish: false, listen: true })
})

it('shows who waits longest first', () => {
  const list = [ticket('b', left({ left_at: '2026-11-10T09:00:00Z' })), ticket('a', left({})), ticket('done', left({ finished_at: 'x' })), ticket('none')]
  expect(messages(list, true).map((t) => t.id)).toEqual(['a', 'b'])
  expect(messages(list, false).map((t) => t.id)).toEqual(['b', 'a', 'done'])
})
