import JsSIP from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import type { UA } from 'jssip/lib/UA'
import { ProblemError } from '../api/client'
import { answersItself } from './itself'
import { Line } from './line'
import { nobody, type Deed, type Others, type Said } from './others'
import type { Phone, PhoneCall, PhoneKind, PhoneState } from './phone'

/** What the hotline tells a browser that has become somebody's phone. */
export type Registration = { user: string; domain: string; password: string }

/** How the hotline is asked. */
export type Exchange = {
  /** Which phone is rung now. */
  kind(): Promise<PhoneKind>
  /** Chooses; a browser is told what it registers with. */
  choose(kind: PhoneKind): Promise<Registration | null>
  /** Rings this phone again for the call that its agent is in; false where he is in none. */
  reconnect(): Promise<boolean>
}

/** How long after it began anew the phone takes the next call by itself, in ms. */
const takesAgain = 15_000

/** How long an answer holds that was given before the phone rang, in ms. */
const takesSoon = 2_000

/** When a phone that was refused registers again, in ms: JsSIP itself gives up. */
const registersAgain = 3_000

/** When the hotline that was away is asked again, in ms. */
const asksAgain = 2_000

/** The phone in this page of who is logged in, an agent or a leader: SIP over this origin's WebSocket, sound by WebRTC. */
export class BrowserPhone implements Phone {
  state: PhoneState = { kind: 'desk', registered: false, call: null, elsewhere: false, problem: null }
  private ua?: UA
  private session?: RTCSession
  private listeners = new Set<() => void>()
  private takesUntil = 0
  private later?: ReturnType<typeof setTimeout>
  /** Counts what was begun, chosen and ended: only the last counts. */
  private turn = 0
  /** This page has the phone, or is to have it. */
  private owns = false
  private others: Others = nobody
  private readonly sound = new Audio()

  constructor(private readonly url: string, private readonly exchange: Exchange) {
    this.sound.autoplay = true
  }

  /** Begins as the page is loaded: a browser that was the phone is it again. */
  async begin(): Promise<void> {
    const turn = this.next()
    this.owns = true
    if (this.state.elsewhere) this.set({ elsewhere: false, registered: false, call: null, problem: null }) // that was the other page's
    try {
      const kind = await this.exchange.kind()
      if (turn !== this.turn) return
      if (kind === 'browser') await this.become(true, turn)
      else this.set({ kind, problem: null }) // it was given back elsewhere
    } catch (error) {
      if (turn !== this.turn) return
      if (!isAway(error)) throw error
      this.later = setTimeout(() => void this.begin().catch(() => undefined), asksAgain)
    }
  }

  /** Leaves it to another page, which has it. */
  wait(): void {
    this.set({ elsewhere: true })
    this.others.say({ asks: true })
  }

  /** Speaks with the browser's other pages from here on, until the function that it gives is called. */
  meet(others: Others): () => void {
    this.others = others
    const deaf = others.hear((said) => this.heard(said))
    return () => {
      deaf()
      this.others = nobody
    }
  }

  async choose(kind: PhoneKind): Promise<void> {
    const turn = this.next()
    if (kind === 'browser') return this.become(false, turn)
    await this.exchange.choose('desk') // first: where the hotline is away this phone stays the one that is rung
    if (turn !== this.turn) return
    await this.leave()
    this.set({ kind: 'desk', registered: false, problem: null })
  }

  /** Ends with the page; the hotline sees that the phone is gone. */
  end(): void {
    this.next()
    this.ua?.removeAllListeners() // it takes its time to end, and another one may be there by then
    this.ua?.stop()
    this.ua = undefined
    this.set({ registered: false })
    this.owns = false
  }

  /** Answers what rings; what is about to ring, as the desk has told already, once it does. */
  answer = (): void => {
    if (this.passOn({ act: 'answer' })) return
    if (this.session?.isInProgress()) this.session.answer({ mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } })
    else if (!this.session) this.takesUntil = Math.max(this.takesUntil, Date.now() + takesSoon)
  }

  hangUp = (): void => {
    if (this.passOn({ act: 'hangUp' })) return
    if (this.session && !this.session.isEnded()) this.session.terminate()
  }

  mute = (on: boolean): void => {
    if (this.passOn({ act: 'mute', on })) return
    if (on) this.session?.mute({ audio: true })
    else this.session?.unmute({ audio: true })
    this.setCall({ muted: on })
  }

  keys = (digits: string): void => {
    if (this.passOn({ act: 'keys', digits })) return
    if (/^[0-9*#A-D]+$/.test(digits)) this.session?.sendDTMF(digits)
  }

  /** Has the page do it that has the phone; false where that is this one. */
  private passOn(does: Deed): boolean {
    if (this.state.elsewhere) this.others.say({ does })
    return this.state.elsewhere
  }

  /** Hears another page of this browser. */
  private heard(said: Said) {
    if ('is' in said) {
      if (this.state.elsewhere) this.set({ ...said.is, elsewhere: true })
      return
    }
    if (!this.owns) return
    if ('asks' in said) return this.others.say({ is: this.state })
    const { does } = said
    if (does.act === 'answer') this.answer()
    else if (does.act === 'hangUp') this.hangUp()
    else if (does.act === 'mute') this.mute(does.on)
    else this.keys(does.digits)
  }

  subscribe = (listen: () => void): (() => void) => {
    this.listeners.add(listen)
    return () => void this.listeners.delete(listen)
  }

  private next(): number {
    clearTimeout(this.later)
    return ++this.turn
  }

  private async become(again: boolean, turn: number): Promise<void> {
    await this.leave()
    const microphone = await microphoneProblem()
    if (turn !== this.turn) return
    if (microphone) {
      this.set({ kind: again ? 'browser' : this.state.kind, registered: false, problem: microphone })
      return
    }
    const registration = await this.exchange.choose('browser')
    if (!registration || turn !== this.turn) return
    this.takesUntil = 0
    const line = new Line(this.url)
    const ua = new JsSIP.UA({
      sockets: line,
      uri: `sip:${registration.user}@${registration.domain}`,
      password: registration.password,
      register_expires: 60,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 5,
      user_agent: 'Sansheng console',
    })
    this.ua = ua
    this.set({ kind: 'browser', registered: false, problem: null })
    let first = true
    ua.on('registered', () => {
      line.watch(true)
      this.set({ registered: true, problem: null })
      if (first && again) {
        this.takesUntil = Date.now() + takesAgain
        void this.exchange.reconnect().then((rings) => {
          if (!rings) this.takesUntil = 0 // what rings next is another call
        })
      }
      if (!first) this.tellWhere()
      first = false
    })
    ua.on('unregistered', () => {
      line.watch(false)
      this.set({ registered: false })
    })
    ua.on('registrationFailed', (e: { cause?: string }) => {
      this.set({ registered: false, problem: e.cause ?? 'not registered' })
      setTimeout(() => {
        // A line that comes back registers by itself.
        if (this.ua === ua && ua.isConnected() && !ua.isRegistered()) ua.register()
      }, registersAgain)
    })
    ua.on('disconnected', () => this.set({ registered: false }))
    ua.on('newRTCSession', (e: { session: RTCSession; request: { getHeader(name: string): string | undefined } }) =>
      this.take(e.session, answersItself(e.request.getHeader('Call-Info'))))
    ua.start()
  }

  private async leave(): Promise<void> {
    const ua = this.ua
    this.ua = undefined
    if (!ua) return
    this.set({ registered: false })
    ua.removeAllListeners()
    await new Promise<void>((done) => {
      const late = setTimeout(done, 1_000)
      ua.on('unregistered', () => {
        clearTimeout(late)
        done()
      })
      if (ua.isRegistered()) ua.unregister()
      else done()
    })
    ua.stop()
  }

  /**
   * Tells the switch anew where this phone is in its talk: it would send the talk's end to
   * the line that is gone. A talk that has ended meanwhile is refused, and ends here, too.
   */
  private tellWhere() {
    const session = this.session
    if (!session?.isEstablished()) return
    const way = session.connection?.iceConnectionState
    session.renegotiate({ rtcOfferConstraints: { iceRestart: way === 'failed' || way === 'disconnected' } })
  }

  /** Takes a call's session: one at a time, as the hotline rings nobody twice. */
  private take(session: RTCSession, itself: boolean) {
    if (this.session && !this.session.isEnded()) {
      session.terminate({ status_code: 486 })
      return
    }
    this.session = session
    const incoming = session.direction === 'incoming'
    const peer = session.remote_identity?.display_name || session.remote_identity?.uri?.user || ''
    this.set({ call: { direction: incoming ? 'in' : 'out', state: incoming ? 'ringing' : 'calling', peer, since: Date.now(), muted: false } })
    const listen = (connection: RTCPeerConnection) => connection.addEventListener('track', (t) => {
      this.sound.srcObject = t.streams[0] ?? new MediaStream([t.track])
    })
    if (session.connection) listen(session.connection)
    session.on('peerconnection', (e) => listen(e.peerconnection))
    session.on('confirmed', () => this.setCall({ state: 'talking', since: Date.now() }))
    const over = (cause?: string) => {
      if (this.session !== session) return
      this.session = undefined
      this.sound.srcObject = null
      this.set({ call: null, problem: cause === JsSIP.C.causes.USER_DENIED_MEDIA_ACCESS ? 'microphone' : null })
    }
    session.on('ended', () => over())
    session.on('failed', (e) => over(e.cause))
    if (incoming && (itself || Date.now() < this.takesUntil)) {
      this.takesUntil = 0
      this.answer()
    }
  }

  private setCall(change: Partial<PhoneCall>) {
    if (this.state.call) this.set({ call: { ...this.state.call, ...change } })
  }

  private set(change: Partial<PhoneState>) {
    this.state = { ...this.state, ...change }
    if (this.owns) this.others.say({ is: this.state })
    this.listeners.forEach((listen) => listen())
  }
}

/** Whether the hotline did not answer: it may in a moment. */
const isAway = (error: unknown) => error instanceof ProblemError && (error.status === 0 || error.status >= 500)

/** Asks for the microphone once: without it Chromium hides its addresses, and no sound flows. */
async function microphoneProblem(): Promise<string | null> {
  if (!navigator.mediaDevices) return 'insecure' // pages of plain HTTP get no microphone
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    stream.getTracks().forEach((track) => track.stop())
    return null
  } catch (error) {
    return error instanceof DOMException && error.name === 'NotFoundError' ? 'no microphone' : 'microphone'
  }
}
