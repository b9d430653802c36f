import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Bell } from './bell'

/** A sound device that plays nothing before it may, by the test's word. */
class Device {
  static last: Device
  static may = false
  state = 'suspended'
  currentTime = 0
  destination = {}
  bursts = 0
  constructor() {
    Device.last = this
  }
  resume = async () => {
    if (Device.may) this.state = 'running'
  }
  createGain() {
    this.bursts++
    return { gain: { setValueAtTime() {}, linearRampToValueAtTime() {} }, connect() {}, disconnect() {} }
  }
  createOscillator() {
    return { frequency: { value: 0 }, connect() {}, start() {}, stop() {} }
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('AudioContext', Device)
  Device.may = false
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('rings that nobody could hear are not made up for, all at once, in somebody\'s ear', async () => {
  const bell = new Bell()
  bell.start(5_000)
  await vi.advanceTimersByTimeAsync(24_000)
  expect(Device.last.bursts).toBe(0)
  Device.may = true
  await vi.advanceTimersByTimeAsync(5_000)
  expect(Device.last.bursts).toBe(1)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(Device.last.bursts).toBe(3)
  bell.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(Device.last.bursts).toBe(3)
})

test('it rings at once where it may', async () => {
  Device.may = true
  const bell = new Bell()
  bell.start(5_000)
  await vi.advanceTimersByTimeAsync(0)
  expect(Device.last.bursts).toBe(1)
  bell.stop()
})
