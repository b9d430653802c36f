// A leader's ear and voice in calls (requirement G3): by which phone, in which call.
import { useEffect, useMemo, useRef, useState } from 'react'
import { useDo } from '../parts/problem'
import { useMe, useRole } from '../shell/me'
import { order, type Verb } from './orders'
import type { Floor } from './state'
import type { LiveCall } from './types'
import { phoneOn, watchedBy } from './watch'

const kept = 'sansheng-floor-phone'

export type Supervision = {
  /** Who is logged in gives orders; others see only. */
  leads: boolean
  /** The agent whose phone is rung to listen; empty where none is chosen that there is. */
  phone: string
  choose: (phone: string) => void
  /** The call he is on, and how. */
  watching: { call: LiveCall; mode: string } | null
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
  const phone = floor.agents.has(used) ? used : ''

  const now = useRef({ floor, act })
  useEffect(() => {
    now.current = { floor, act }
  })
  return useMemo(() => ({
    leads, phone, watching, busy,
    choose: (chosen) => {
      localStorage.setItem(kept, chosen)
      setUsed(chosen)
    },
    watch: (verb, call) => {
      const { floor, act } = now.current
      const on = watching?.call.call === call.call ? phoneOn(call.call, floor, phone) : phone
      if (on) void act(on, verb, call.call)
    },
    end: () => {
      // Only a phone that is on the call for him: on another one it would end that agent's talk.
      const { floor, act } = now.current
      const on = watching && phoneOn(watching.call.call, floor, phone)
      if (on) void act(on, 'hang_up')
    },
  }), [leads, phone, watching, busy])
}
