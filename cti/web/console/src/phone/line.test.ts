import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Line } from './line'

class Wire {
  static CONNECTING = 0
  static OPEN = 1
  static all: Wire[] = []
  readyState = 0
  closed = false
  onopen: (() => void) | null = null
  onmessage: ((e: { data: string }) => void) | null = null
  onclose: ((e: { wasClean: boolean; code: number; reason: string }) => void) | null = null

  constructor(readonly url: string) {
    Wire.all.push(this)
  }

  open() {
    this.readyState = 1
    this.onopen?.()
  }

  close() {
    this.closed = true
  }
}

let line: Line
let lost: ReturnType<typeof vi.fn>

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', Wire)
  Wire.all = []
  line = new Line('wss://hotline.example/sip')
  lost = vi.fn()
  line.ondisconnect = lost
  line.connect()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('says where it leads as SIP has it', () => {
  expect([line.sip_uri, line.via_transport]).toEqual(['sip:hotline.example;transport=ws', 'WSS'])
})

it('is lost where the switch says nothing to a registered phone', () => {
  const wire = Wire.all[0]!
  wire.open()
  vi.advanceTimersByTime(60_000)
  expect(lost).not.toHaveBeenCalled() // nobody asks who is not registered
  line.watch(true)
  vi.advanceTimersByTime(20_000)
  wire.onmessage!({ data: 'OPTIONS' })
  vi.advanceTimersByTime(20_000)
  expect(lost).not.toHaveBeenCalled()
  vi.advanceTimersByTime(3_000)
  expect(lost).toHaveBeenCalledTimes(1)
  expect([wire.closed, wire.onmessage]).toEqual([true, null])
  line.connect()
  expect(Wire.all).toHaveLength(2)
})

it('is lost where it does not open', () => {
  vi.advanceTimersByTime(7_000)
  expect(lost).toHaveBeenCalledTimes(1)
})

it('is not lost where it was closed', () => {
  Wire.all[0]!.open()
  line.watch(true)
  line.disconnect()
  vi.advanceTimersByTime(60_000)
  expect(lost).not.toHaveBeenCalled()
  expect(line.isConnected()).toBe(false)
})
