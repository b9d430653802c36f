import { describe, expect, it } from 'vitest'
import { byUrgency, heaps, markOf, spanOf } from './due'

const now = Date.parse('2026-11-10T08:00:00Z')
const at = (hours: number) => new Date(now + hours * 3_600_000).toISOString()
const ticket = (id: string, due: number | null, more: object = {}) => ({
  id, kind: 'complaint', state: 'open', due_at: due === null ? null : at(due), opened_at: at(-100), owner: '1001', ...more,
})

describe('deadlines', () => {
  it('marks what is overdue, soon, later and done with', () => {
    expect([-1, 0, 23, 25].map((h) => markOf(ticket('a', h), now))).toEqual(['overdue', 'overdue', 'soon', 'later'])
    expect(markOf(ticket('a', null), now)).toBe('none')
    expect(markOf(ticket('a', -1, { state: 'done' }), now)).toBe('overdue')
    expect(markOf(ticket('a', -1, { state: 'closed', overdue: true }), now)).toBe('none')
  })
  it('says a span in two units', () => {
    expect(spanOf(0)).toEqual([{ unit: 'minutes', count: 0 }])
    expect(spanOf(-90 * 60_000)).toEqual([{ unit: 'hours', count: 1 }, { unit: 'minutes', count: 30 }])
    expect(spanOf(48 * 3_600_000 + 61_000)).toEqual([{ unit: 'days', count: 2 }])
  })
  it('shows emergencies first, then what is most overdue', () => {
    const list = [ticket('later', 50), ticket('over', -1), ticket('closed', -9, { state: 'closed' }), ticket('danger', 10, { kind: 'emergency' }), ticket('over more', -5),
      ticket('was danger', -9, { kind: 'emergency', state: 'closed', opened_at: at(-200) })]
    expect(byUrgency(list, now).map((t) => t.id)).toEqual(['danger', 'over more', 'over', 'later', 'closed', 'was danger'])
  })
  it('heaps the backlog by department and who has it', () => {
    const gas = { department: 'gas', clerk: '7001' }
    const list = [ticket('a', -1), ticket('b', -1, { ...gas, state: 'forwarded' }), ticket('c', 2, { ...gas, state: 'forwarded' }), ticket('d', 90)]
    const shown = () => heaps(list, now).map((h) => [h.department, h.owner, h.overdue.length, h.soon.length])
    expect(shown()).toEqual([['gas', '7001', 1, 1], ['', '1001', 1, 0]])
    list.push(ticket('e', -1, { ...gas, state: 'done' })) // the department has done it: now it waits for who is responsible
    expect(shown()).toEqual([['', '1001', 2, 0], ['gas', '7001', 1, 1]])
  })
})
