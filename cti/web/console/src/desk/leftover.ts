import type { Form } from '../parts/forms'
import { useEffect, useState } from 'react'
import { fill, findTicket } from './matter'
import { callsKept, forget, keptOf } from './kept'

/** When and how often what is left over is tried, in ms: a sheet that was just closed writes itself first. */
const first = 5_000
const again = 30_000

/**
 * Brings sheets to the server that an earlier page could not: it was closed, or the server
 * was away. Gives the calls whose sheets are still here only.
 */
export function useLeftover(me: string, open: string | null, forms: Form[]): string[] {
  const [left, setLeft] = useState<string[]>([])
  useEffect(() => {
    let over = false
    async function bring() {
      for (const call of callsKept(me)) {
        const kept = keptOf({ agent: me, call })
        if (call === open || !kept || forms.length === 0) continue
        try {
          const ticket = await findTicket(call, me)
          if (!ticket) continue
          await fill(ticket.id, kept, forms)
          // Somebody may have written on in another window meanwhile.
          if (keptOf({ agent: me, call })?.at === kept.at) forget({ agent: me, call })
        } catch {
          // refused, or away: it stays, and is shown
        }
      }
      if (!over) setLeft(callsKept(me).filter((c) => c !== open))
    }
    const once = setTimeout(() => void bring(), first)
    const timer = setInterval(() => void bring(), again)
    return () => {
      over = true
      clearTimeout(once)
      clearInterval(timer)
    }
  }, [me, open, forms])
  return left
}
