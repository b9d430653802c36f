// The floor's times are the server's. A screen whose own clock is wrong would show waits that
// nobody has had: how far it is off is heard from each message.
import { skewAfter } from '../desk/desk'
import { useNow } from '../parts/time'

let skew: number | null = null

/** Takes note of the time at which the server has said something, and of this machine's then, in ms. */
export function heardAt(at: string, now: number): void {
  skew = skewAfter(skew, Date.parse(at), now)
}

/** How far the server's clock is ahead of this machine's, in ms. */
export const skewNow = (): number => skew ?? 0

/** The server's clock for a time of this machine's, in ms. */
export const serverTime = (now: number): number => now + skewNow()

/** The server's clock in ms, anew each second. */
export const useServerNow = (): number => serverTime(useNow())
