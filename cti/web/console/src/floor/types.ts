// What the live contract and the board say; the floor's subject is in the pass.
import type { Schema } from '../api/client'
import type { Numbered } from '../live/live'
import type { Patch } from '../live/patch'

export type AgentState = Schema<'AgentState'>

export type CallState =
  | 'flow' | 'waiting' | 'ringing' | 'talking' | 'held' | 'consulting' | 'conference' | 'survey' | 'voicemail' | 'fallback'

/** A leader on a call, and the phone that he hears by. */
export type Watcher = { by: string; phone: string; mode: string }

export type LiveCall = {
  call: string
  company: string
  did: string
  /** Masked. */
  caller: string
  direction: 'inbound' | 'outbound'
  state: CallState
  queue?: string
  agent?: string
  emergency: boolean
  started_at: string
  waiting_since?: string
  ringing_since?: string
  answered_at?: string
  held_since?: string
  /** Since when the agent is not heard in his talk, once that is long. */
  quiet_since?: string
  /** Length of one ring in ms. */
  ring_ms: number
  consult?: { to: string; state: 'ringing' | 'talking'; since: string }
  recording: boolean
  recording_paused: boolean
  watchers?: Watcher[]
  customer?: { name?: string; company?: string; place?: string; vip?: boolean }
}

export type LiveQueue = {
  company: string
  queue: string
  waiting: number
  longest_since?: string
  agents: number
  ready: number
}

export type FloorSnapshot = Numbered & { at: string; linked: boolean; agents: AgentState[]; calls: LiveCall[]; queues: LiveQueue[] }

export type FloorDelta = Numbered & {
  at: string
  linked?: boolean
  agents?: Patch<AgentState>[] | null
  gone_agents?: string[] | null
  calls?: Patch<LiveCall>[] | null
  gone_calls?: string[] | null
  queues?: Patch<LiveQueue>[] | null
}

export type RateName = 'automatic' | 'to_person' | 'person' | 'within_three_rings'

/** A share of calls; value and target are of 1. */
export type Rate = { name: RateName; numerator: number; denominator: number; value: number | null; target: number | null }

export type Figures = {
  arrived: number
  answered: number
  within_three_rings: number
  left_unjoined: number
  by_switch: number
  abandoned: number
  emergency: number
  longest_wait_ms: number
  unanswered: number
  rates: Rate[]
}

export type CompanyBoard = {
  company: string
  company_name?: string
  day: string
  at: string
  figures: Figures
  queues: { queue: string; figures: Figures }[]
}
