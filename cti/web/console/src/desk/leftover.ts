import type { Form } from '../parts/forms'
import { useEffect, useRef, useState } from 'react'
import { useText } from '../shell/text'
import { fill, findTicket, isOthers, readStory } from './matter'
import { callsKept, callsNoted, forget, keptOf } from './kept'
import { filledBy, over } from './sheet'

/** When and how often what is left over is tried, in ms: a sheet that was just closed writes itself first. */
const first = 5_000
const again = 30_000

/**
 * Brings sheets to the server that an earlier page could not: it was closed, or the server
 * was away. Gives the calls whose sheets, or notes to them, are still here only.
 */
export function useLeftover(me: string, open: string | null, forms: Form[]): string[] {
  const t = useText('desk')
  const words = useRef(t)
  words.current = t
  const [left, setLeft] = useState<string[]>([])
  useEffect(() => {
    let ended = false
    async function bring() {
      for (const call of callsKept(me)) {
        const kept = keptOf({ agent: me, call })
        if (call === open || !kept || forms.length === 0) continue
        try {
          const ticket = await findTicket(call, me)
          if (!ticket || isOthers(ticket, me)) continue
          // An earlier sheet that was not read when this was written is not lost.
          const earlier = kept.start ? filledBy((await readStory(ticket, me, words.current('sheet.why', { call }))).acts) : null
          await fill(ticket.id, over(earlier, kept, forms), forms)
          // Somebody may have written on in another window meanwhile.
          if (keptOf({ agent: me, call })?.at === kept.at) forget({ agent: me, call })
        } catch {
          // refused, or away: it stays, and is shown
        }
      }
      if (!ended) setLeft([...new Set([...callsKept(me), ...callsNoted(me)])].filter((c) => c !== open))
    }
    const once = setTimeout(() => void bring(), first)
    const timer = setInterval(() => void bring(), again)
    return () => {
      ended = true
      clearTimeout(once)
      clearInterval(timer)
    }
  }, [me, open, forms])
  return left
}
