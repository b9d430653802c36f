// A leader's ear and voice in calls (requirement G3): by which phone, in which call.
import { useEffect, useMemo, useRef, useState } from 'react'
import { useDo } from '../parts/problem'
import { usePhone } from '../phone/provider'
import { lostOf } from '../phone/which'
import { useMe, useRole } from '../shell/me'
import { order, type OrderBody, type Verb } from './orders'
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
  const [act, busy] = useDo((agent: string, body: OrderBody) => order(agent, body))
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
      if (on) void now.current(on, { verb, to: call.call })
    },
    end: () => {
      // Only the phone that is on the call for him, and only from that call: else it would end a
      // talk of that agent's.
      if (watching) void now.current(watching.phone, { verb: 'hang_up', call: watching.call.call })
    },
  }), [leads, phone, lacks, watching, busy])
}
