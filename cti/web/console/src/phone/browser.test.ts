import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ProblemError } from '../api/client'
import { BrowserPhone, type Exchange } from './browser'
import type { Others, Said } from './others'

/** What JsSIP would be, by the test's word. */
const sip = vi.hoisted(() => {
  class UA {
    private heard = new Map<string, (event: object) => void>()
    connected = true
    registered = false
    start = vi.fn()
    stop = vi.fn()
    register = vi.fn()
    constructor() {
      made.push(this)
    }
    on(event: string, hear: (event: object) => void) {
      this.heard.set(event, hear)
    }
    removeAllListeners() {
      this.heard.clear()
    }
    isConnected = () => this.connected
    isRegistered = () => this.registered
    unregister() {
      this.tell('unregistered')
    }
    tell(event: string, said: object = {}) {
      this.registered = event === 'registered'
      this.heard.get(event)?.(said)
    }
  }
  const made: UA[] = []
  return { UA, made }
})
vi.mock('jssip', () => ({ default: { UA: sip.UA, C: { causes: {} } } }))

const away = () => Promise.reject(new ProblemError(503, 'away', ''))

function phoneOf() {
  const exchange = {
    kind: vi.fn<Exchange['kind']>(async () => 'browser'),
    choose: vi.fn<Exchange['choose']>(async (kind) => (kind === 'browser' ? { user: '1001', domain: 'sip.test', password: 'x' } : null)),
    reconnect: vi.fn<Exchange['reconnect']>(async () => false),
  }
  return { exchange, phone: new BrowserPhone('wss://sip.test/sip', exchange) }
}

beforeEach(() => {
  vi.useFakeTimers()
  sip.made.length = 0
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: async () => ({ getTracks: () => [] }) } })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a phone that was refused registers again, until it is registered', async () => {
  const { phone } = phoneOf()
  await phone.choose('browser')
  const ua = sip.made[0]!
  ua.tell('registrationFailed', { cause: 'Request Timeout' })
  expect(phone.state).toMatchObject({ registered: false, problem: 'Request Timeout' })
  await vi.advanceTimersByTimeAsync(2_900)
  expect(ua.register).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(100)
  expect(ua.register).toHaveBeenCalledTimes(1)
  ua.tell('registrationFailed', { cause: 'Rejected' })
  await vi.advanceTimersByTimeAsync(3_000)
  expect(ua.register).toHaveBeenCalledTimes(2)
  ua.tell('registrationFailed', { cause: 'Rejected' })
  ua.tell('registered')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ua.register).toHaveBeenCalledTimes(2)
  expect(phone.state).toMatchObject({ registered: true, problem: null })
})

test('a phone without its line, or that has ended, does not register', async () => {
  const { phone } = phoneOf()
  await phone.choose('browser')
  const ua = sip.made[0]!
  ua.connected = false
  ua.tell('registrationFailed')
  await vi.advanceTimersByTimeAsync(3_000)
  ua.connected = true
  ua.tell('registrationFailed')
  phone.end()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ua.register).not.toHaveBeenCalled()
})

test('a phone begins once the hotline that was away answers', async () => {
  const { phone, exchange } = phoneOf()
  exchange.kind.mockImplementationOnce(away)
  exchange.choose.mockImplementationOnce(away)
  await phone.begin()
  expect(sip.made).toHaveLength(0)
  await vi.advanceTimersByTimeAsync(2_000) // the kind is told, the choice is not taken
  expect(sip.made).toHaveLength(0)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(sip.made).toHaveLength(1)
  expect(phone.state.kind).toBe('browser')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(exchange.kind).toHaveBeenCalledTimes(3)
})

test('a phone that has ended, or was chosen meanwhile, does not begin again', async () => {
  const ended = phoneOf()
  ended.exchange.kind.mockImplementation(away)
  await ended.phone.begin()
  ended.phone.end()
  const chosen = phoneOf()
  chosen.exchange.kind.mockImplementation(away)
  await chosen.phone.begin()
  await chosen.phone.choose('browser')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ended.exchange.kind).toHaveBeenCalledTimes(1)
  expect(chosen.exchange.kind).toHaveBeenCalledTimes(1)
  expect(sip.made).toHaveLength(1)
})

test('a phone that ends while it is being chosen is none', async () => {
  const { phone, exchange } = phoneOf()
  let choose = () => undefined as void
  exchange.choose.mockImplementation(() => new Promise((go) => (choose = () => go({ user: '1001', domain: 'sip.test', password: 'x' }))))
  const begun = phone.begin()
  await vi.advanceTimersByTimeAsync(0)
  expect(exchange.choose).toHaveBeenCalledTimes(1)
  phone.end()
  choose()
  await begun
  expect(sip.made).toHaveLength(0)
})

test('what forbids to begin is told, and not asked again', async () => {
  const { phone, exchange } = phoneOf()
  exchange.kind.mockRejectedValue(new ProblemError(403, 'forbidden', ''))
  await expect(phone.begin()).rejects.toMatchObject({ status: 403 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(exchange.kind).toHaveBeenCalledTimes(1)
})

test('a phone that cannot be given back stays the one that is rung', async () => {
  const { phone, exchange } = phoneOf()
  await phone.choose('browser')
  sip.made[0]!.tell('registered')
  expect(phone.state.registered).toBe(true)
  exchange.choose.mockImplementationOnce(away)
  await expect(phone.choose('desk')).rejects.toMatchObject({ status: 503 })
  expect(sip.made[0]!.stop).not.toHaveBeenCalled()
  sip.made[0]!.tell('unregistered') // the line is lost, and comes back
  sip.made[0]!.tell('registered')
  expect(phone.state).toMatchObject({ kind: 'browser', registered: true })
  await phone.choose('desk')
  expect(sip.made[0]!.stop).toHaveBeenCalledTimes(1)
  expect(phone.state).toMatchObject({ kind: 'desk', registered: false })
})

/** A call that comes in, as JsSIP tells of it. */
function incoming() {
  const heard = new Map<string, (event: object) => void>()
  let waits = true
  return {
    direction: 'incoming', connection: undefined, remote_identity: { uri: { user: '13800000000' } },
    isInProgress: () => waits, isEnded: () => false, isEstablished: () => !waits, terminate: vi.fn(),
    answer: vi.fn(() => {
      if (!waits) throw new Error('Invalid status: 5')
      waits = false
    }),
    on: (event: string, hear: (event: object) => void) => void heard.set(event, hear),
  }
}
const rung = { getHeader: () => undefined }

test('a phone answers once, however often it is told to', async () => {
  const { phone } = phoneOf()
  await phone.choose('browser')
  const session = incoming()
  sip.made[0]!.tell('newRTCSession', { session, request: rung })
  expect(session.answer).not.toHaveBeenCalled()
  phone.answer()
  phone.answer()
  expect(session.answer).toHaveBeenCalledTimes(1)
})

test('an answer that is given before the phone rings holds for a moment', async () => {
  const { phone } = phoneOf()
  await phone.choose('browser')
  phone.answer()
  await vi.advanceTimersByTimeAsync(1_000)
  const soon = incoming()
  sip.made[0]!.tell('newRTCSession', { session: soon, request: rung })
  expect(soon.answer).toHaveBeenCalledTimes(1)
  const other = phoneOf()
  await other.phone.choose('browser')
  other.phone.answer()
  await vi.advanceTimersByTimeAsync(3_000)
  const late = incoming()
  sip.made[1]!.tell('newRTCSession', { session: late, request: rung })
  expect(late.answer).not.toHaveBeenCalled()
})

test('a phone that was given back elsewhere is one on the desk', async () => {
  const { phone, exchange } = phoneOf()
  await phone.choose('browser')
  phone.end()
  exchange.kind.mockResolvedValue('desk')
  await phone.begin()
  expect(phone.state).toMatchObject({ kind: 'desk', registered: false, problem: null })
})

test('a browser that may not use the microphone is not chosen, and says why', async () => {
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: async () => Promise.reject(new DOMException('no', 'NotAllowedError')) } })
  const { phone, exchange } = phoneOf()
  await phone.choose('browser')
  expect(exchange.choose).not.toHaveBeenCalled()
  expect(phone.state).toMatchObject({ kind: 'desk', problem: 'microphone' })
})

/** Two pages of a browser: what one says the other hears. */
function pagesOf() {
  const listens = new Map<number, (said: Said) => void>()
  const page = (n: number): Others => ({
    say: (said) => listens.get(1 - n)?.(structuredClone(said)),
    hear: (listen) => {
      listens.set(n, listen)
      return () => void listens.delete(n)
    },
  })
  return [page(0), page(1)] as const
}

test('a page that has not the phone shows it, and has its call answered where it is', async () => {
  const [here, there] = pagesOf()
  const [first, second] = [phoneOf().phone, phoneOf().phone]
  first.meet(here)
  second.meet(there)
  await first.begin()
  sip.made[0]!.tell('registered')
  second.wait()
  expect(second.state).toMatchObject({ elsewhere: true, kind: 'browser', registered: true, call: null })
  const session = { ...incoming(), mute: vi.fn(), sendDTMF: vi.fn() }
  sip.made[0]!.tell('newRTCSession', { session, request: rung })
  expect(second.state.call).toMatchObject({ state: 'ringing', peer: '13800000000' })
  second.answer()
  expect(session.answer).toHaveBeenCalledTimes(1)
  second.mute(true)
  second.keys('12')
  expect(session.mute).toHaveBeenCalledTimes(1)
  expect(session.sendDTMF).toHaveBeenCalledWith('12')
  expect(second.state.call).toMatchObject({ muted: true })
  second.hangUp()
  expect(session.terminate).toHaveBeenCalledTimes(1)
  expect(first.state.elsewhere).toBe(false)
  expect(sip.made).toHaveLength(1)
})

test('a page that gets the phone has it anew, and hears no more of the one before', async () => {
  const [here, there] = pagesOf()
  const [first, second] = [phoneOf().phone, phoneOf().phone]
  const apart = first.meet(here)
  second.meet(there)
  await first.begin()
  sip.made[0]!.tell('newRTCSession', { session: incoming(), request: rung })
  second.wait()
  expect(second.state.call).not.toBeNull()
  first.end()
  apart()
  const begun = second.begin()
  expect(second.state).toMatchObject({ elsewhere: false, registered: false, call: null })
  await begun
  expect(sip.made).toHaveLength(2)
  const session = incoming()
  sip.made[1]!.tell('newRTCSession', { session, request: rung })
  second.answer()
  expect(session.answer).toHaveBeenCalledTimes(1)
})

test('who has left the phone does nothing that is said to it', async () => {
  const [here, there] = pagesOf()
  const [first, second] = [phoneOf().phone, phoneOf().phone]
  first.meet(here)
  second.meet(there)
  await first.begin()
  const session = incoming()
  sip.made[0]!.tell('newRTCSession', { session, request: rung })
  second.wait()
  first.end()
  second.answer()
  expect(session.answer).not.toHaveBeenCalled()
})
