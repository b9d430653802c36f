/**
 * Whether a call is one that an agent dials: it waits for its answer from its beginning. Who
 * was handed over to a queue after such a talk waits as any caller does, and since then.
 */
export function dials(c: { direction: string; started_at: string; waiting_since?: string | null }): boolean {
  return c.direction === 'outbound' && (!c.waiting_since || Date.parse(c.waiting_since) <= Date.parse(c.started_at))
}
