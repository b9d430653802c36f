// A leader's ear and voice in calls (requirement G3): by which phone, in which call.
import { useEffect, useMemo, useRef, useState } from 'react'
import { useDo } from '../parts/problem'
import { usePhone } from '../phone/provider'
import { lostOf } from '../phone/which'
import { useMe, useRole } from '../shell/me'
import { order, type Verb } from './orders'
import type { Floor } from './state'
import type { LiveCall } from './types'
import { watchedBy, type Watched } from './watch'

const kept = 'sansheng-floor-phone'

export type Supervision = {
  /** Who is logged in gives orders; others see only. */
  leads: boolean
  /** The phone that is rung to listen: his own, or that of an agent; empty where none is chosen that there is. */
  phone: string
  /** Key of the words for what keeps it from being rung; empty where nothing does. */
  lacks: '' | 'noPhone' | 'phoneLost'
  choose: (phone: string) => void
  /** The call he is on, and how. */
  watching: Watched | null
  /** Goes into a call, or changes how he is in it. */
  watch: (verb: Verb, call: LiveCall) => void
  /** Hangs up the phone he listens by; the talk goes on. */
  end: () => void
  busy: boolean
}

/** The same value for as long as nothing of it has changed: the floor changes ten times a second. */
export function useSupervision(floor: Floor): Supervision {
  const me = useMe()
  const leads = useRole('shift_leader', 'administrator')
  const [used, setUsed] = useState(() => localStorage.getItem(kept) ?? me.number)
  const [act, busy] = useDo((agent: string, verb: Verb, to?: string) => order(agent, { verb, to }))
  const watching = useMemo(() => watchedBy(me.number, floor.calls.values()), [me.number, floor.calls])
  const own = usePhone()
  const phone = own ? me.number : floor.agents.has(used) ? used : ''
  const lacks: Supervision['lacks'] = own && lostOf(own) ? 'phoneLost' : phone ? '' : 'noPhone'

  const now = useRef(act)
  useEffect(() => {
    now.current = act
  })
  return useMemo(() => ({
    leads, phone, lacks, watching, busy,
    choose: (chosen) => {
      localStorage.setItem(kept, chosen)
      setUsed(chosen)
    },
    watch: (verb, call) => {
      const on = watching?.call.call === call.call ? watching.phone : phone
      if (on) void now.current(on, verb, call.call)
    },
    end: () => {
      // Only the phone that is on the call for him: on another one it would end that agent's talk.
      if (watching) void now.current(watching.phone, 'hang_up')
    },
  }), [leads, phone, lacks, watching, busy])
}
