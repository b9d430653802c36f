import { act, cleanup, render } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { useAlarm, type Ring } from './alarm'

const bell = vi.hoisted(() => ({ start: vi.fn(), stop: vi.fn() }))
vi.mock('./bell', () => ({ bell }))

/** What the desktop shows. */
class Shown {
  static permission: NotificationPermission = 'granted'
  static all: Shown[] = []
  onclick: (() => void) | null = null
  close = vi.fn()
  constructor(readonly title: string, readonly options: NotificationOptions) {
    Shown.all.push(this)
  }
}

const ring: Ring = { call: 'c1', title: '13800000000 calls', body: 'to 800100', period: 5_000, sounds: true }

function Page({ rings }: { rings: Ring | null }) {
  useAlarm(rings)
  return null
}

beforeEach(() => {
  vi.useFakeTimers()
  bell.start.mockReset()
  Shown.all = []
  Shown.permission = 'granted'
  vi.stubGlobal('Notification', Shown)
  vi.spyOn(document, 'hasFocus').mockReturnValue(false)
  document.title = 'Sansheng'
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

it('tells who looks elsewhere once of a call, by the desktop, the title and the bell, until it rings no more', () => {
  const focus = vi.spyOn(window, 'focus').mockReturnValue(undefined)
  const { rerender } = render(<Page rings={ring} />)
  rerender(<Page rings={{ ...ring }} />)
  expect(Shown.all.map((n) => [n.title, n.options.body, n.options.tag])).toEqual([['13800000000 calls', 'to 800100', 'c1']])
  expect(bell.start).toHaveBeenCalledExactlyOnceWith(5_000)
  expect(document.title).toBe('13800000000 calls')
  act(() => void vi.advanceTimersByTime(700))
  expect(document.title).toBe('Sansheng')
  Shown.all[0]!.onclick!()
  expect(focus).toHaveBeenCalledTimes(1)
  Shown.all[0]!.close.mockReset()
  bell.stop.mockReset()
  act(() => void vi.advanceTimersByTime(700))
  rerender(<Page rings={null} />)
  expect(Shown.all[0]!.close).toHaveBeenCalledTimes(1)
  expect(bell.stop).toHaveBeenCalledTimes(1)
  expect(document.title).toBe('Sansheng')
})

it('is silent where a phone on the desk rings', () => {
  render(<Page rings={{ ...ring, sounds: false }} />)
  expect(bell.start).not.toHaveBeenCalled()
  expect(Shown.all).toHaveLength(1)
})

it('shows nothing on the desktop of who looks at the page, or has forbidden it', () => {
  vi.mocked(document.hasFocus).mockReturnValue(true)
  render(<Page rings={ring} />)
  vi.mocked(document.hasFocus).mockReturnValue(false)
  Shown.permission = 'denied'
  render(<Page rings={ring} />)
  expect(Shown.all).toEqual([])
  expect(bell.start).toHaveBeenCalledTimes(2)
})
