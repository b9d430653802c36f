// The telephone in the browser, an agent's or a leader's. What it does to its own line (answer, mute,
// keys, hang up) it does itself; what is done to the call (hold, transfer) is the
// hotline's, by orders, so that it is on record whichever phone was used.

/** What an agent's phone is. */
export type PhoneKind = 'browser' | 'desk'

export type PhoneCall = {
  direction: 'in' | 'out'
  state: 'ringing' | 'calling' | 'talking'
  /** Who is shown as calling; the hotline's word, never dialled from here. */
  peer: string
  /** Since when it is in its state, by this machine's clock in ms. */
  since: number
  muted: boolean
}

export type PhoneState = {
  /** Which phone the hotline rings: this browser, or one on the desk. */
  kind: PhoneKind
  /** This browser is registered; of a desk phone, the hotline's live data tell. */
  registered: boolean
  call: PhoneCall | null
  /** Another page of this browser has it, and does what is done here; the rest is as told there. */
  elsewhere: boolean
  /** What keeps it from working, in the browser's words; null when nothing does. */
  problem: string | null
}

/** What pages do with the phone. */
export interface Phone {
  state: PhoneState
  answer(): void
  hangUp(): void
  mute(on: boolean): void
  keys(digits: string): void
  /** Makes this browser the agent's phone, or gives it back to the one on his desk. */
  choose(kind: PhoneKind): Promise<void>
}
