import type { With } from './order'

/** What an agent promises: within how many minutes he is called, or until when; at which number, where it is not his own. */
export type Said = { minutes: number } | { due: string; to?: string }

/** The order that promises the caller of a call another one; now is by the server's clock, in ms. */
export function promiseOrder(call: string, caller: string, said: Said, now: number): With & { due: string } {
  const due = 'due' in said ? said.due : new Date(now + said.minutes * 60_000).toISOString()
  const to = 'to' in said && said.to && said.to !== caller ? said.to : undefined
  return { for: `call:${call}`, due, ...(to && { to }) }
}

/** In how many minutes, counted up, a time comes: what the caller is told. */
export function minutesTo(due: string, now: number): number {
  return Math.max(1, Math.ceil((Date.parse(due) - now) / 60_000 - 0.01))
}
