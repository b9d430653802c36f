import { PhoneFilled } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useReducer, useState, type ReactNode } from 'react'
import { Link, useLocation } from 'react-router'
import { useLive } from '../live/provider'
import { usePhone } from '../phone/provider'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { useAlarm } from './alarm'
import { hear, unread, viewOf, type Desk } from './desk'
import { send } from '../api/client'
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

function Following({ children }: { children: ReactNode }) {
  const t = useText('desk')
  const me = useMe()
  const phone = usePhone()
  const { pathname } = useLocation()
  const follow = useFollow()
  const { call, part } = viewOf(follow.desk, me.number)
  const rings = part === 'ringing' && call !== null
  const caller = call ? call.caller || t('anonymous') : ''
  useAlarm(rings ? {
    call: call.call, period: call.ring_ms, sounds: phone?.state.kind === 'browser',
    title: t(call.emergency ? 'alarm.emergency' : 'alarm.title', { caller }), body: t('alarm.body', { did: call.did }),
  } : null)
  return (
    <DeskContext value={follow}>
      {children}
      {rings && pathname !== '/desk' && (
        <Link to="/desk" className="desk-elsewhere" role="alert" data-emergency={call.emergency || undefined}>
          <PhoneFilled aria-hidden /> {t('alarm.title', { caller })} · {t('alarm.go')}
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
  const subject = useQuery({
    queryKey: ['desk', 'subject'], staleTime: Infinity,
    queryFn: async () => (await send<{ desk?: string }>('POST', '/api/v1/live/pass')).desk ?? null,
  })
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
