// What the live data and the desk's own routes say.
import type { Schema } from '../api/client'
import type { Numbered } from '../live/live'
import type { Patch } from '../live/patch'

export type AgentState = Schema<'AgentState'>
export type LiveCall = Schema<'LiveCall'>

/** What the receiver of a call is told before he answers. */
export type Brief = Schema<'LiveBrief'>

/** A snapshot, which is whole, or a change, which has what has changed only. */
export type Heard = Numbered & {
  at: string
  linked?: boolean
  agents?: Patch<AgentState>[] | null
  gone_agents?: string[] | null
  calls?: Patch<LiveCall>[] | null
  gone_calls?: string[] | null
}

/** What an agent has done today. */
export type Day = Schema<'DeskDay'>

export type Notice = Schema<'DeskNotice'>

/** What an agent says in the situation that his caller is in. */
export type Script = Schema<'DeskScripts'>
