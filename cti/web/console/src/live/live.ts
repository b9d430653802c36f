// Live data: a snapshot by HTTP, then what has changed over NATS through this page's own
// origin. Every message has the number of the one before it; where one is missing the
// snapshot is read anew.
import { tokenAuthenticator, wsconnect, type NatsConnection, type Subscription } from '@nats-io/nats-core'

/** The state of the live connection. */
export type LiveState = {
  /** Changes flow. */
  flowing: boolean
  /** When the last message or heartbeat came, by this machine's clock in ms. */
  heard: number
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

/** Anything numbered: a snapshot has the number of the last message it contains. */
export type Numbered = { epoch: string; seq: number }

export type Follow<S extends Numbered, D extends Numbered> = {
  subject: string
  snapshot: () => Promise<S>
  /** Called with each snapshot, and with the changes after it in their order. */
  onSnapshot: (s: S) => void
  onDelta: (d: D) => void
}

export class Live {
  private connection?: NatsConnection
  private pass?: Pass
  private listeners = new Set<() => void>()
  private follows = new Set<Following>()
  private closed = false
  state: LiveState = { flowing: false, heard: 0, gaps: 0 }

  constructor(private readonly getPass: () => Promise<Pass>, private readonly url: string) {}

  /** Connects, and connects again for as long as it is not closed. */
  async run(): Promise<void> {
    for (let wait = 250; !this.closed; wait = Math.min(wait * 2, 5_000)) {
      try {
        this.pass = await this.getPass()
        this.connection = await wsconnect({
          servers: this.url, inboxPrefix: this.pass.inbox, ignoreClusterUpdates: true, noEcho: true,
          authenticator: tokenAuthenticator(() => this.pass!.token),
          reconnect: false, timeout: 5_000, pingInterval: 5_000, maxPingOut: 2,
        })
        wait = 250
        this.set({ flowing: true, heard: Date.now() })
        this.follows.forEach((f) => f.begin(this.connection!))
        await this.connection.closed()
      } catch {
        // told by the state: no pass, no server
      }
      this.connection = undefined
      if (this.state.flowing) this.set({ flowing: false })
      if (!this.closed) await new Promise((go) => setTimeout(go, wait))
    }
  }

  async close(): Promise<void> {
    this.closed = true
    await this.connection?.close()
  }

  /** Follows a subject until the function it gives is called. */
  follow<S extends Numbered, D extends Numbered>(what: Follow<S, D>): () => void {
    const f = new Following(what as unknown as Follow<Numbered, Numbered>, (gap) => this.set({ heard: Date.now(), gaps: this.state.gaps + (gap ? 1 : 0) }))
    this.follows.add(f)
    if (this.connection) f.begin(this.connection)
    return () => {
      this.follows.delete(f)
      f.end()
    }
  }

  subscribe = (listen: () => void): (() => void) => {
    this.listeners.add(listen)
    return () => this.listeners.delete(listen)
  }

  private set(change: Partial<LiveState>) {
    this.state = { ...this.state, ...change }
    this.listeners.forEach((listen) => listen())
  }
}

/** One subject's order: changes wait for the snapshot, a missing one asks for another. */
class Following {
  private at?: Numbered
  private early: Numbered[] = []
  private subscription?: Subscription
  private reading = false

  constructor(private readonly what: Follow<Numbered, Numbered>, private readonly heard: (gap: boolean) => void) {}

  begin(connection: NatsConnection) {
    this.end()
    this.at = undefined
    this.early = []
    this.subscription = connection.subscribe(this.what.subject, {
      callback: (error, message) => {
        if (!error) this.take(message.json<Numbered>())
      },
    })
    void this.read(connection)
  }

  end() {
    this.subscription?.unsubscribe()
    this.subscription = undefined
  }

  take(d: Numbered) {
    this.heard(false)
    if (!this.at || this.reading) {
      this.early.push(d)
      return
    }
    if (d.epoch === this.at.epoch && d.seq <= this.at.seq) return
    if (d.epoch !== this.at.epoch || d.seq !== this.at.seq + 1) {
      this.early = [d]
      this.heard(true)
      void this.read()
      return
    }
    this.at = { epoch: d.epoch, seq: d.seq }
    this.what.onDelta(d)
  }

  private async read(connection?: NatsConnection): Promise<void> {
    if (this.reading) return
    this.reading = true
    try {
      // What is said from here on comes after the snapshot, or is in it.
      await connection?.flush()
      const s = await this.what.snapshot()
      this.at = { epoch: s.epoch, seq: s.seq }
      this.what.onSnapshot(s)
    } catch {
      setTimeout(() => void this.read(), 1_000)
      return
    } finally {
      this.reading = false
    }
    const early = this.early
    this.early = []
    early.forEach((d) => this.take(d))
  }
}
