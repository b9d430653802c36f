// Writes a sheet to the server while it is being filled in: a little after the last
// change, one at a time, again where that failed. What the server does not have is kept
// by the browser.
import { ProblemError } from '../api/client'
import { forget, keep, keptOf, type Place } from './kept'
import type { Typed } from './sheet'

export type Writing = {
  state: 'nothing' | 'written' | 'changed' | 'writing' | 'failed' | 'refused'
  /** When the server had it last, by this machine's clock in ms. */
  at: number | null
  /** What keeps it from being written. */
  problem: unknown
  /** The browser keeps what the server does not have. */
  kept: boolean
}

/** How long after the last change it is written, and how long between attempts. */
const pause = 2_000
const again = 5_000

export class Writer {
  private said: Typed | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private running: Promise<void> | null = null
  private closed = false
  private listeners = new Set<() => void>()
  writing: Writing = { state: 'nothing', at: null, problem: null, kept: false }

  constructor(private readonly place: Place, private readonly write: (said: Typed) => Promise<unknown>) {}

  /** Takes what is written now. */
  change(said: Typed): void {
    this.said = said
    this.set({ state: 'changed', kept: keep(this.place, { ...said, at: Date.now() }) })
    this.later(pause)
  }

  /** Writes at once what is not written; comes back when there is nothing left to do now. */
  async flush(): Promise<boolean> {
    clearTimeout(this.timer)
    while (this.running) await this.running
    if (this.said) {
      this.running = this.attempt(this.said).finally(() => (this.running = null))
      await this.running
    }
    return this.said === null
  }

  /** Somebody else's deed has made the server's sheet what it is: as a final one. */
  settle(): void {
    clearTimeout(this.timer)
    this.said = null
    forget(this.place)
    this.set({ state: 'written', at: Date.now(), problem: null, kept: false })
  }

  /** Ends with a last attempt. */
  close(): void {
    this.closed = true
    void this.flush()
  }

  subscribe = (listen: () => void): (() => void) => {
    this.listeners.add(listen)
    return () => void this.listeners.delete(listen)
  }

  private async attempt(said: Typed): Promise<void> {
    this.set({ state: 'writing' })
    try {
      await this.write(said)
    } catch (problem) {
      const refused = problem instanceof ProblemError && problem.status >= 400 && problem.status < 500 && ![401, 404, 408, 429].includes(problem.status)
      this.set({ state: refused ? 'refused' : 'failed', problem })
      if (!refused) this.later(again)
      return
    }
    if (this.said !== said) { // more was written meanwhile
      this.set({ state: 'changed', at: Date.now(), problem: null })
      this.later(pause)
      return
    }
    this.said = null
    forget(this.place)
    this.set({ state: 'written', at: Date.now(), problem: null, kept: false })
  }

  private later(wait: number): void {
    clearTimeout(this.timer)
    if (!this.closed) this.timer = setTimeout(() => void this.flush(), wait)
  }

  private set(change: Partial<Writing>): void {
    this.writing = { ...this.writing, ...change }
    this.listeners.forEach((listen) => listen())
  }
}

/** What a browser has kept of a call, as a writer's beginning. */
export function resume(place: Place): Typed | null {
  const kept = keptOf(place)
  return kept && { kind: kept.kind, values: kept.values, ...(kept.start && { start: kept.start }) }
}
