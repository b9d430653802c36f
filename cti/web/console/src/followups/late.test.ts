import { expect, it } from 'vitest'
import { isLate } from './late'

it('is late when the promised time is over and nobody was called', () => {
  const now = Date.parse('2026-03-02T09:00:00Z')
  expect(isLate({ promised_until: '2026-03-02T08:59:59Z', ended_at: null }, now)).toBe(true)
  expect(isLate({ promised_until: '2026-03-02T09:00:01Z', ended_at: null }, now)).toBe(false)
  expect(isLate({ promised_until: '2026-03-02T08:59:59Z', ended_at: '2026-03-02T08:58:00Z' }, now)).toBe(false)
  expect(isLate({ promised_until: null, ended_at: null }, now)).toBe(false)
})
