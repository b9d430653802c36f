// The rule of each day of a calendar, as the server finds it: a special day, then a public
// holiday or a working day that makes up for one, then the day of the week.
import { weekdays, type Calendar, type Hours, type Table, type Weekday } from '../plan'

export type Day = {
  kind: 'special' | 'holiday' | 'makeUp' | 'week'
  /** What people call it: the special day's or the holiday's name. */
  name: string
  hours: Hours[]
}

/** The day of the week of a date as in 2026-10-01. */
export function weekdayOf(date: string): Weekday {
  return weekdays[new Date(`${date}T00:00:00Z`).getUTCDay()]!
}

const covers = (d: { date: string; until?: string }, date: string) => d.date <= date && date <= (d.until || d.date)

function weekly(c: Calendar, day: Weekday): Hours[] {
  return (c.week ?? []).filter((s) => s.days?.includes(day)).map(({ from, to }) => ({ from, to })).sort((a, b) => a.from.localeCompare(b.from))
}

function makeUp(c: Calendar, date: string): Hours[] {
  const hours = weekly(c, c.make_up ?? 'mon')
  return hours.length > 0 || c.make_up ? hours : weekly(c, weekdayOf(date))
}

export function dayOf(c: Calendar, tables: Table[], date: string): Day {
  const special = c.days?.find((d) => covers(d, date))
  if (special) return { kind: 'special', name: special.name, hours: special.hours ?? [] }
  const holiday = tables.find((t) => t.id === c.holidays)?.days.find((h) => covers(h, date))
  if (holiday?.works) return { kind: 'makeUp', name: holiday.name, hours: makeUp(c, date) }
  if (holiday) return { kind: 'holiday', name: holiday.name, hours: c.holiday_hours ?? [] }
  return { kind: 'week', name: '', hours: weekly(c, weekdayOf(date)) }
}

/** Tables that count: the plan's, and those shipped that it does not replace. */
export function tablesOf(own: Table[], shipped: Table[]): Table[] {
  return [...own, ...shipped.filter((t) => !own.some((o) => o.id === t.id))]
}

/** Whether a table tells a year's holidays. */
export function knows(table: Table | undefined, year: number): boolean {
  return table?.days.some((h) => !h.works && h.date.startsWith(`${year}-`)) ?? false
}

/** Hours as people read them. */
export function hoursText(hours: Hours[]): string {
  return hours.map((h) => `${h.from}–${h.to}`).join(', ')
}
