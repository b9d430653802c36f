import { PhoneFilled } from '@ant-design/icons'
import { createContext, useContext, useEffect, useReducer, useState, type ReactNode } from 'react'
import { Link, useLocation } from 'react-router'
import { useLive } from '../live/provider'
import { useSubject } from '../live/subject'
import { PhoneBar } from '../phone/bar'
import type { Phone, PhoneCall } from '../phone/phone'
import { usePhone } from '../phone/provider'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { useAlarm } from './alarm'
import { Cap } from './cap'
import { hear, unread, viewOf, type Desk, type Part } from './desk'
import { send } from '../api/client'
import { deedOf } from './keys'
import './text'
import './watch.css'
import type { Heard } from './wire'

type Follow = {
  desk: Desk
  /** What keeps it from being read. */
  problem: unknown
  retry: () => void
}

const DeskContext = createContext<Follow | null>(null)

/** Follows an agent's desk on every page, so that a call is seen and heard on each of them. */
export function DeskProvider({ children }: { children: ReactNode }) {
  return useMe().role === 'agent' ? <Following>{children}</Following> : children
}

/** The desk of the agent who is logged in; null for others, who have none. */
export function useDesk(): Follow | null {
  return useContext(DeskContext)
}

/** How long a ring lasts of which nobody tells, in ms. */
const ringsAlone = 5_000

/** How long the live data may take to tell of what this browser's phone does, in ms. */
const tellsWithin = 1_000

/**
 * Whether the phone has a call of which the desk says nothing: the live data have stopped, the
 * switch rings by itself, or it is for something else. It is answered all the same.
 */
function useUntold(call: PhoneCall | null, part: Part): boolean {
  const told = call === null || (call.state === 'ringing' ? part === 'ringing' : ['talking', 'received', 'dialling'].includes(part))
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (told) return
    const timer = setTimeout(() => setLate(true), tellsWithin)
    return () => {
      clearTimeout(timer)
      setLate(false)
    }
  }, [told])
  return late && !told
}

/** Has F2 answer on every page, whatever the page knows of the call. */
function useAnswerKey(phone: Phone | null) {
  const rings = phone?.state.call?.state === 'ringing'
  useEffect(() => {
    if (!phone || !rings) return
    const pressed = (e: KeyboardEvent) => {
      // The key that answers while one writes is no page's own; what the desk has done is done.
      if (e.defaultPrevented || deedOf(e, 'field') !== 'answer') return
      e.preventDefault()
      phone.answer()
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [phone, rings])
}

function Following({ children }: { children: ReactNode }) {
  const t = useText('desk')
  const me = useMe()
  const phone = usePhone()
  const { pathname } = useLocation()
  const follow = useFollow()
  const { call, part } = viewOf(follow.desk, me.number)
  const rings = part === 'ringing' && call !== null
  const caller = call ? call.caller || t('anonymous') : ''
  const own = phone?.state.call ?? null
  const untold = useUntold(own, part)
  useAnswerKey(phone)
  useAlarm(rings ? {
    call: call.call, period: call.ring_ms, sounds: phone?.state.kind === 'browser' && !phone.state.elsewhere, // once in a browser
    title: t(call.emergency ? 'alarm.emergency' : 'alarm.title', { caller }), body: t('alarm.body', { did: call.did }),
  } : untold && own?.state === 'ringing' ? {
    call: 'phone', period: ringsAlone, sounds: !phone?.state.elsewhere, title: t('alarm.title', { caller: own.peer }), body: t('alarm.untold'),
  } : null)
  return (
    <DeskContext value={follow}>
      {untold && <PhoneBar />}
      {children}
      {rings && pathname !== '/desk' && (
        <Link to="/desk" className="desk-elsewhere" role="alert" data-emergency={call.emergency || undefined}>
          <PhoneFilled aria-hidden /> {t('alarm.title', { caller })} · {t('alarm.go')} {phone?.state.kind === 'browser' && <Cap>F2</Cap>}
        </Link>
      )}
    </DeskContext>
  )
}

/** The snapshot, then what changes. */
function useFollow(): Follow {
  const live = useLive()
  const [desk, say] = useReducer(hear, unread)
  const [problem, setProblem] = useState<unknown>(null)
  const subject = useSubject('desk')
  const name = subject.data
  useEffect(() => {
    if (!name) return
    return live.follow<Heard, Heard>({
      subject: name,
      snapshot: async (signal) => {
        try {
          const said = await send<Heard>('GET', '/api/v1/live?view=desk', undefined, undefined, signal)
          setProblem(null)
          return said
        } catch (error) {
          setProblem(error)
          throw error
        }
      },
      onSnapshot: (said) => say({ whole: true, said, now: Date.now() }),
      onDelta: (said) => say({ whole: false, said, now: Date.now() }),
    })
  }, [live, name])
  const none = name === null ? new Error('live/pass: desk') : null // no desk is told of
  return { desk, problem: problem ?? subject.error ?? none, retry: () => void subject.refetch() }
}
