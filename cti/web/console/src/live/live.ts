// Live data: a snapshot by HTTP, then what has changed over NATS through this page's own
// origin. Every message has the number of the one before it; where one is missing the
// snapshot is read anew.
import { tokenAuthenticator, wsconnect, type NatsConnection, type Subscription } from '@nats-io/nats-core'
import { ProblemError } from '../api/client'

/** The state of the live connection. */
export type LiveState = {
  /** Changes flow. */
  flowing: boolean
  /** When all that is followed was known to be right last, by this machine's clock in ms; 0 where nothing is. */
  heard: number
  /** Since when a connection is missed; 0 while there is one, and before the first. */
  lost: number
  /** How often all was read anew after a gap. */
  gaps: number
}

/** What a connection is made with. */
export type Pass = {
  token: string
  /** RFC 3339. */
  expires: string
  inbox: string
}

/** Anything numbered: a snapshot has the number of the last message it contains. `at` is when it was so, by the server's clock. */
export type Numbered = { epoch: string; seq: number; at?: string }

export type Follow<S extends Numbered, D extends Numbered> = {
  subject: string
  /** Asks how all stands. What the signal ends is asked again. */
  snapshot: (signal: AbortSignal) => Promise<S>
  /** Called with each snapshot, and with the changes after it in their order. */
  onSnapshot: (s: S) => void
  onDelta: (d: D) => void
}

/** Silence in ms after which a screen is old, as the server beats every 2 s; and without a connection. */
const oldAfter = 5_000
const oldWithout = 3_000

/** How long the server may take to answer, in ms: a network that is cut says nothing at all. */
const answersWithin = 5_000

/** For how long what is shown may be old, in ms; 0 while it is not. A connection that is only renewed makes nothing old. */
export function oldFor({ flowing, heard, lost }: LiveState, now: number): number {
  const since = heard || lost
  const silent = since ? now - since : 0
  return silent > (flowing ? oldAfter : oldWithout) ? silent : 0
}

export class Live {
  private connection?: NatsConnection
  private listeners = new Set<() => void>()
  private follows = new Set<Following>()
  private closed = false
  state: LiveState = { flowing: false, heard: 0, lost: 0, gaps: 0 }

  constructor(private readonly getPass: (signal: AbortSignal) => Promise<Pass>, private readonly url: string) {}

  /** Connects, and connects again for as long as it is not closed. A pass opens one connection. */
  async run(): Promise<void> {
    for (let wait = 250; !this.closed; wait = Math.min(wait * 2, 5_000)) {
      try {
        const pass = await this.getPass(AbortSignal.timeout(answersWithin))
        const connection = await wsconnect({
          servers: this.url, inboxPrefix: pass.inbox, ignoreClusterUpdates: true, noEcho: true,
          authenticator: tokenAuthenticator(pass.token),
          reconnect: false, timeout: answersWithin, pingInterval: 5_000, maxPingOut: 2,
        })
        if (this.closed) return await connection.close()
        this.connection = connection
        wait = 250
        this.set({ flowing: true, lost: 0 })
        this.follows.forEach((f) => f.begin(connection))
        await connection.closed()
      } catch (error) {
        if (error instanceof ProblemError && error.status === 403) return // his role follows nothing
        // Else it is told by the state: no pass, no server.
      }
      this.connection = undefined
      if (this.state.flowing) this.set({ flowing: false, lost: Date.now() })
      if (!this.closed) await new Promise((go) => setTimeout(go, wait))
    }
  }

  async close(): Promise<void> {
    this.closed = true
    await this.connection?.close()
  }

  /** Follows a subject until the function it gives is called. */
  follow<S extends Numbered, D extends Numbered>(what: Follow<S, D>): () => void {
    const f = new Following(what as unknown as Follow<Numbered, Numbered>, (gap) => this.tell(gap))
    this.follows.add(f)
    if (this.connection) f.begin(this.connection)
    return () => {
      this.follows.delete(f)
      f.end()
      this.tell(false)
    }
  }

  subscribe = (listen: () => void): (() => void) => {
    this.listeners.add(listen)
    return () => this.listeners.delete(listen)
  }

  /** What is oldest of all that is shown counts. */
  private tell(gap: boolean) {
    const heard = [...this.follows].map((f) => f.heard).filter((at) => at > 0)
    this.set({ heard: heard.length > 0 ? Math.min(...heard) : 0, gaps: this.state.gaps + (gap ? 1 : 0) })
  }

  private set(change: Partial<LiveState>) {
    this.state = { ...this.state, ...change }
    this.listeners.forEach((listen) => listen())
  }
}

/** One subject's order: changes wait for the snapshot, a missing one asks for another. */
class Following {
  /** When what was told was known to be right last; 0 before the first snapshot. */
  heard = 0
  /** The server's clock less this machine's, in ms, as the least late message since the snapshot has it. */
  private ahead = NaN
  private at?: Numbered
  private early: Numbered[] = []
  private subscription?: Subscription
  /** The number of the reading under way, 0 where there is none. */
  private reading = 0
  private readings = 0
  private missed = false
  private again?: ReturnType<typeof setTimeout>

  constructor(private readonly what: Follow<Numbered, Numbered>, private readonly told: (gap: boolean) => void) {}

  begin(connection: NatsConnection) {
    this.end()
    this.subscription = connection.subscribe(this.what.subject, {
      callback: (error, message) => {
        if (!error) this.take(message.json<Numbered>())
      },
    })
    void this.read(connection)
  }

  /** Ends what is under way, too: its answer would come from before. */
  end() {
    this.subscription?.unsubscribe()
    this.subscription = undefined
    this.reading = 0
    clearTimeout(this.again)
  }

  private take(d: Numbered) {
    if (!this.at || this.reading) {
      this.early.push(d)
      return
    }
    if (d.epoch === this.at.epoch && d.seq <= this.at.seq) return
    if (d.epoch !== this.at.epoch || d.seq !== this.at.seq + 1) {
      this.missed = true
      void this.read()
      return
    }
    if (this.isLate(d)) return void this.read()
    this.at = { epoch: d.epoch, seq: d.seq }
    this.heard = Date.now()
    this.what.onDelta(d)
    this.told(false)
  }

  /**
   * Whether a message has waited too long: over a slow way minutes of them may, all in their
   * order. A snapshot is newer, and what waits is old until it has caught up with that. Where
   * a clock was set instead, the snapshot tells so.
   */
  private isLate({ at }: Numbered): boolean {
    const seen = Date.parse(at ?? '') - Date.now()
    if (Number.isNaN(seen)) return false
    if (this.ahead - seen > oldAfter) return true
    this.ahead = Math.max(seen, Number.isNaN(this.ahead) ? seen : this.ahead)
    return false
  }

  private async read(connection?: NatsConnection): Promise<void> {
    const mine = (this.reading = ++this.readings)
    this.early = [] // what was said so far is in the snapshot
    try {
      // What is said from here on comes after the snapshot, or is in it.
      await connection?.flush()
      const s = await this.what.snapshot(AbortSignal.timeout(answersWithin))
      if (mine === this.reading) this.show(s)
    } catch {
      if (mine === this.reading) this.again = setTimeout(() => void this.read(), 1_000)
    }
  }

  private show(s: Numbered) {
    // Of another server's start nobody knows what was said in between, however short that was.
    const gap = this.heard > 0 && (this.missed || s.epoch !== this.at?.epoch || Date.now() - this.heard > oldWithout)
    this.what.onSnapshot(s)
    this.at = { epoch: s.epoch, seq: s.seq }
    this.heard = Date.now()
    this.ahead = Date.parse(s.at ?? '') - this.heard
    this.reading = 0
    this.missed = false
    this.told(gap)
    const early = this.early
    this.early = []
    early.forEach((d) => this.take(d))
  }
}
