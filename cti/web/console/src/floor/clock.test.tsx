import { cleanup, render } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { heardAt, serverTime } from './clock'
import { Ticking } from './ticking'

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

test('a screen whose clock is wrong counts by the server\'s', () => {
  vi.useFakeTimers({ now: Date.parse('2026-03-02T08:10:00Z') }) // ten minutes ahead
  heardAt('2026-03-02T08:00:00Z', Date.now())
  expect(new Date(serverTime(Date.now())).toISOString()).toBe('2026-03-02T08:00:00.000Z')
  expect(render(<Ticking at="2026-03-02T07:59:30Z" />).container.textContent).toBe('0:30')
})
