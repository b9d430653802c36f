// Where a message stands, and what may be done with it.
import type { Schema } from '../api/client'

export type Left = Schema<'LeftMessage'>
export type MessageTicket = Schema<'Ticket'> & { message: Left }
export type Standing = 'new' | 'taken' | 'finished'

export function standing(m: Left): Standing {
  if (m.finished_at) return 'finished'
  return m.taken_by ? 'taken' : 'new'
}

/** What somebody may do: who is first takes it, who has it finishes it, or a leader. */
export function deeds(m: Left, who: { number: string; role: string }): { take: boolean; finish: boolean; listen: boolean } {
  const leads = who.role === 'shift_leader' || who.role === 'administrator'
  const at = standing(m)
  return {
    take: (leads || who.role === 'agent') && at === 'new',
    finish: at !== 'finished' && (leads || (at === 'taken' && m.taken_by === who.number)),
    listen: leads || who.role === 'agent' || who.role === 'auditor',
  }
}

/** Tickets that have a message, the one that waits longest first; with all, the newest first. */
export function messages(tickets: Schema<'Ticket'>[], waiting: boolean): MessageTicket[] {
  const list = tickets.filter((t): t is MessageTicket => !!t.message && (!waiting || !t.message.finished_at))
  const at = (t: MessageTicket) => Date.parse(t.message.left_at)
  return list.sort((a, b) => (waiting ? at(a) - at(b) : at(b) - at(a)))
}
