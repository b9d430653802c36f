// Rings as they are heard: one begins with every period of the country's cadence
// (requirement A1).
import type { LiveCall } from './wire'

/** What a third ring is to the promise: the last one in which a call should be answered. */
export const threeRings = 3

/** How many rings were heard since a moment, the one under way among them. */
export function ringsAt(since: string | undefined, period: number, now: number): number {
  const began = since ? Date.parse(since) : NaN
  if (Number.isNaN(began) || !(period > 0)) return 0
  return Math.max(0, Math.floor((now - began) / period)) + 1
}

/** How much of the ring under way is over, from 0 to 1. */
export function ringShare(since: string | undefined, period: number, now: number): number {
  const began = since ? Date.parse(since) : NaN
  if (Number.isNaN(began) || !(period > 0) || now < began) return 0
  return ((now - began) % period) / period
}

export type Urgency = 'calm' | 'soon' | 'last' | 'late'

/** How a ring counts: the third is the last that keeps the promise. */
export function urgencyOf(rings: number): Urgency {
  if (rings > threeRings) return 'late'
  if (rings === threeRings) return 'last'
  return rings === threeRings - 1 ? 'soon' : 'calm'
}

/**
 * Since when an agent's phone rings for a call; of a call whose ringing nobody has told,
 * since it came, for a direct line rings from then on.
 */
export function ringsSince(call: LiveCall, agent: string): string {
  if (call.consult?.to === agent) return call.consult.since
  return call.ringing_since ?? call.started_at
}
