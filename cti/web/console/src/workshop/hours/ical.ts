// Public holidays from an iCalendar file (RFC 5545), by the rules of `sansheng holidays
// import`: whole days with a date of their own, nothing guessed.
import type { Holiday } from '../plan'

export type ReadHolidays = { days: Holiday[]; faults: string[] }

const special = 'X-APPLE-SPECIAL-DAY'

export function readHolidays(text: string): ReadHolidays {
  const lines = text.replace(/\r\n/g, '\n').replace(/\n[ \t]/g, '').split('\n')
  let events: Record<string, string>[] = []
  let event: Record<string, string> | null = null
  for (const line of lines) {
    if (line === 'BEGIN:VEVENT') event = {}
    else if (line === 'END:VEVENT' && event) {
      events.push(event)
      event = null
    } else if (event) {
      const m = /^([A-Za-z-]+)(?:;[^:]*)?:(.*)$/.exec(line)
      if (m) event[m[1]!.toUpperCase()] ??= m[2]!.replace(/\\([,;\\])/g, '$1').trim()
    }
  }
  events = events.filter((e) => e.STATUS?.toUpperCase() !== 'CANCELLED')
  if (events.some((e) => e[special])) events = events.filter((e) => e[special])
  const days: Holiday[] = []
  const faults: string[] = []
  events.forEach((e, i) => {
    const day = holiday(e)
    if (typeof day === 'string') faults.push(`${i + 1} ${e.SUMMARY ?? ''}: ${day}`)
    else days.push(day)
  })
  return { days: joined(days), faults }
}

/** A holiday, or the key of what is wrong with it. */
function holiday(e: Record<string, string>): Holiday | 'repeats' | 'notWhole' {
  if (e.RRULE || e.RDATE) return 'repeats'
  const first = dateOf(e.DTSTART)
  if (!first) return 'notWhole'
  const lasts = /^\+?P([0-9]{1,3})([DW])$/.exec(e.DURATION ?? 'P1D')
  if (!lasts || (e.DURATION && e.DTEND)) return 'notWhole'
  const behind = e.DTEND ? dateOf(e.DTEND) : plus(first, Number(lasts[1]) * (lasts[2] === 'W' ? 7 : 1))
  if (!behind || behind <= first) return 'notWhole'
  const name = e.SUMMARY ?? ''
  const last = plus(behind, -1)
  return {
    date: first, until: last > first ? last : undefined, name: name.replace(/[（(][休班][）)]/g, '').trim(),
    works: e[special] === 'ALTERNATE-WORKDAY' || name.includes('班') || /workday/i.test(name) || undefined,
  }
}

function dateOf(text: string | undefined): string | null {
  const m = /^(\d{4})(\d{2})(\d{2})$/.exec(text ?? '')
  return m ? `${m[1]}-${m[2]}-${m[3]}` : null
}

/** The date so many days later. */
export function plus(date: string, days: number): string {
  const d = new Date(`${date}T00:00:00Z`)
  d.setUTCDate(d.getUTCDate() + days)
  return d.toISOString().slice(0, 10)
}

/** One entry for days of one holiday in a row. */
function joined(days: Holiday[]): Holiday[] {
  const out: Holiday[] = []
  for (const day of [...days].sort((a, b) => a.date.localeCompare(b.date))) {
    const before = out.at(-1)
    const alike = before && before.name === day.name && Boolean(before.works) === Boolean(day.works)
    if (alike && before.date === day.date) continue
    if (alike && plus(before.until ?? before.date, 1) === day.date) before.until = day.until ?? day.date
    else out.push({ ...day })
  }
  return out
}
