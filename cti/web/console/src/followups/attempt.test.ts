import { describe, expect, it } from 'vitest'
import { choices, dialable, missedDays, openAttempt, partOf, reasonsOf, suggestion, type Attempt, type FollowUp } from './attempt'

const now = Date.parse('2026-11-10T08:00:00Z')
const attempt = (of: Partial<Attempt>): Attempt => ({ call: 'c1', agent: '1001', number: '138****0001', at: '2026-11-10T07:00:00Z', ...of })
const followUp = (of: Partial<FollowUp>): FollowUp => ({ id: 'f', company: 'demo', state: 'waiting', tickets: [], due: '2026-11-10T12:00:00Z', planned_at: '2026-11-09T00:00:00Z', ...of })

describe('attempts', () => {
  it('takes the reason from the line', () => {
    expect(['busy', 'refused', 'given_up', 'reached', undefined].map(suggestion)).toEqual(['busy', 'no_answer', undefined, undefined, undefined])
  })
  it('has one open at most, the last', () => {
    expect(openAttempt(followUp({ attempts: [attempt({ result: 'missed' }), attempt({ call: 'c2' })] }))?.call).toBe('c2')
    expect(openAttempt(followUp({ attempts: [attempt({ result: 'missed' })] }))).toBeUndefined()
    expect(openAttempt(followUp({}))).toBeUndefined()
  })
  it('is confirmed when the call has ended, and talked only where somebody was reached', () => {
    expect(choices(attempt({}))).toEqual({ talked: true, missed: false, dropped: false })
    expect(choices(attempt({ line: 'busy' }))).toEqual({ talked: false, missed: true, dropped: true })
    expect(choices(attempt({ line: 'reached' }))).toEqual({ talked: true, missed: true, dropped: true })
  })
  it('lets nobody say that nobody answered who gave up early', () => {
    expect(reasonsOf(attempt({ line: 'given_up', rang_ms: 5_000 }), 25)).not.toContain('no_answer')
    expect(reasonsOf(attempt({ line: 'given_up', rang_ms: 25_000 }), 25)).toContain('no_answer')
    expect(reasonsOf(attempt({ line: 'no_answer' }), 25)).toContain('no_answer')
  })
  it('counts the days on which nobody was reached', () => {
    const f = followUp({ attempts: [attempt({ result: 'missed' }), attempt({ result: 'missed', at: '2026-11-10T07:30:00Z' }), attempt({ result: 'dropped', at: '2026-11-11T07:30:00Z' })] })
    expect(missedDays(f, (at) => at.slice(0, 10))).toEqual(['2026-11-10'])
  })
  it('waits between attempts', () => {
    expect(dialable(followUp({}), now)).toEqual({ now: true })
    expect(dialable(followUp({ next_at: '0001-01-01T00:00:00Z' }), now)).toEqual({ now: true })
    expect(dialable(followUp({ next_at: '2026-11-10T09:00:00Z' }), now)).toEqual({ now: false, from: '2026-11-10T09:00:00Z' })
    expect(dialable(followUp({ state: 'calling' }), now)).toEqual({ now: false })
  })
  it('sorts them into the tabs', () => {
    const list = [followUp({ id: 'mine', agent: '1001' }), followUp({ id: 'late', due: '2026-11-10T07:00:00Z' }), followUp({ id: 'next', due: '2026-11-12T07:00:00Z' }), followUp({ id: 'done', state: 'done', agent: '1001' })]
    const end = Date.parse('2026-11-10T16:00:00Z')
    const ids = (part: Parameters<typeof partOf>[1]) => partOf(list, part, '1001', now, end).map((f) => f.id)
    expect([ids('mine'), ids('today'), ids('overdue'), ids('owed'), ids('ended')]).toEqual([['mine'], ['mine'], ['late'], ['mine', 'late', 'next'], ['done']])
  })
})
