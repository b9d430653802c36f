import { describe, expect, it } from 'vitest'
import type { Calendar, Table } from '../plan'
import { dayOf, hoursText, knows, tablesOf, weekdayOf } from './day'

const cn: Table = { id: 'cn', days: [{ date: '2026-10-01', until: '2026-10-07', name: '国庆节' }, { date: '2026-10-10', name: '国庆节', works: true }] }
const office: Calendar = {
  id: 'office', zone: 'Asia/Shanghai', holidays: 'cn', week: [{ days: ['mon', 'tue'], from: '13:00', to: '17:00' }, { days: ['mon'], from: '09:00', to: '12:00' }],
  days: [{ date: '2026-10-02', name: '值班', hours: [{ from: '10:00', to: '11:00' }] }],
}

describe('day', () => {
  it('has one rule, the first that knows it', () => {
    expect(dayOf(office, [cn], '2026-10-02')).toEqual({ kind: 'special', name: '值班', hours: [{ from: '10:00', to: '11:00' }] })
    expect(dayOf(office, [cn], '2026-10-07')).toEqual({ kind: 'holiday', name: '国庆节', hours: [] })
    expect(dayOf(office, [cn], '2026-10-10')).toMatchObject({ kind: 'makeUp', name: '国庆节' })
    expect(hoursText(dayOf(office, [cn], '2026-10-10').hours)).toBe('09:00–12:00, 13:00–17:00')
    expect(dayOf(office, [cn], '2026-10-13')).toEqual({ kind: 'week', name: '', hours: [{ from: '13:00', to: '17:00' }] })
    expect(dayOf({ ...office, holidays: undefined }, [cn], '2026-10-07').kind).toBe('week')
    expect(dayOf({ ...office, make_up: 'tue' }, [cn], '2026-10-10').hours).toHaveLength(1)
    const shop: Calendar = { ...office, week: [{ days: ['tue', 'sat'], from: '10:00', to: '16:00' }] }
    expect(hoursText(dayOf(shop, [cn], '2026-10-10').hours)).toBe('10:00–16:00')
  })

  it('knows days of the week whatever this machine\'s zone', () => {
    expect(weekdayOf('2026-10-01')).toBe('thu')
  })

  it('lets a table of the plan take the place of the one that is shipped', () => {
    expect(tablesOf([{ id: 'cn', days: [] }], [cn, { id: 'de', days: [] }])).toEqual([{ id: 'cn', days: [] }, { id: 'de', days: [] }])
    expect([knows(cn, 2026), knows(cn, 2027), knows(undefined, 2026)]).toEqual([true, false, false])
  })
})
