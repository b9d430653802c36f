import { useState } from 'react'
import { useOfCall } from './kept-state'
import { notedOf, type Begun } from './steps'
import type { LiveCall } from './wire'

/**
 * What comes up in a talk: what the agent has chosen, or the hotline has noted. What it notes
 * no more is over: the caller has been heard.
 */
export function useSituation(call: string, talk: LiveCall | null, skew: number): [Begun | null, (b: Begun | null) => void] {
  const [chosen, choose] = useOfCall<Begun>(call)
  const noted = notedOf(talk, skew)
  const is = noted?.situation ?? null
  const [was, setWas] = useState(is)
  if (was !== is) {
    setWas(is)
    if (chosen?.situation === was && is === null) choose(null)
  }
  return [noted && (!chosen || chosen.situation === is) ? noted : chosen, choose]
}
