import { act, cleanup, render } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { Ticking } from './ticking'

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

test('it counts, begins anew with another time, and ends with its place', () => {
  vi.useFakeTimers({ now: Date.parse('2026-03-02T08:01:05Z') })
  const { container, rerender, unmount } = render(<Ticking at="2026-03-02T08:00:00Z" />)
  expect(container.textContent).toBe('1:05')
  act(() => void vi.advanceTimersByTime(2_000))
  expect(container.textContent).toBe('1:07')
  rerender(<Ticking at="2026-03-02T08:01:00Z" />)
  expect(container.textContent).toBe('0:07')
  unmount()
  expect(vi.getTimerCount()).toBe(0)
})
