import { describe, expect, it } from 'vitest'
import { readHolidays } from './ical'

const file = (...events: string[]) => ['BEGIN:VCALENDAR', ...events.flatMap((e) => ['BEGIN:VEVENT', ...e.split('|'), 'END:VEVENT']), 'END:VCALENDAR'].join('\r\n')

describe('iCalendar', () => {
  it('reads holidays and the days worked for them', () => {
    expect(readHolidays(file(
      'DTSTART;VALUE=DATE:20270101|SUMMARY:元旦（休）',
      'DTSTART;VALUE=DATE:20270102|DTEND;VALUE=DATE:20270104|SUMMARY:元旦（休）',
      'DTSTART;VALUE=DATE:20270109|SUMMARY:元旦（班）',
    ))).toEqual({ faults: [], days: [{ date: '2027-01-01', until: '2027-01-03', name: '元旦', works: undefined }, { date: '2027-01-09', until: undefined, name: '元旦', works: true }] })
  })

  it('leaves out days of note where holidays are marked', () => {
    const { days } = readHolidays(file('DTSTART:20270214|SUMMARY:情人节', 'DTSTART:20270206|SUMMARY:春节|X-APPLE-SPECIAL-DAY:WORK-HOLIDAY'))
    expect(days.map((d) => d.name)).toEqual(['春节'])
  })

  it('reads how long an entry lasts, and leaves out one that takes place no more', () => {
    const { days, faults } = readHolidays(file(
      'DTSTART;VALUE=DATE:20271001|DURATION:P7D|SUMMARY:国庆节', 'DTSTART;VALUE=DATE:20270129|DURATION:P1W|SUMMARY:春节',
      'DTSTART;VALUE=DATE:20271225|STATUS:CANCELLED|SUMMARY:圣诞节', 'DTSTART;VALUE=DATE:20270501|DURATION:PT8H|SUMMARY:劳动节',
    ))
    expect(days.map((d) => [d.date, d.until])).toEqual([['2027-01-29', '2027-02-04'], ['2027-10-01', '2027-10-07']])
    expect(faults).toEqual(['3 劳动节: notWhole'])
  })

  it('refuses what is not plain', () => {
    const { faults } = readHolidays(file('DTSTART:20270101T090000Z|SUMMARY:a', 'DTSTART:20270101|RRULE:FREQ=YEARLY|SUMMARY:b'))
    expect(faults).toEqual(['1 a: notWhole', '2 b: repeats'])
  })
})
