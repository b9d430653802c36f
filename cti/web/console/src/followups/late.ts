import type { Schema } from '../api/client'

/** Whether a call that an agent has promised is owed still though its time is over. */
export function isLate(c: Pick<Schema<'OwedCallback'>, 'promised_until' | 'ended_at'>, now: number): boolean {
  return !c.ended_at && c.promised_until !== null && Date.parse(c.promised_until) < now
}
