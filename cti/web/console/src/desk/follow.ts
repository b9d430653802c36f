import { useQuery } from '@tanstack/react-query'
import { useEffect, useReducer, useState } from 'react'
import { useLive } from '../live/provider'
import { hear, unread, type Desk } from './desk'
import { send } from './extra'
import type { Heard } from './wire'

/** The agent's own desk as the live data tell it; a problem is what keeps it from being read. */
export function useDesk(): { desk: Desk; problem: unknown; retry: () => void } {
  const live = useLive()
  const [desk, say] = useReducer(hear, unread)
  const [problem, setProblem] = useState<unknown>(null)
  const subject = useQuery({
    queryKey: ['desk', 'subject'], staleTime: Infinity,
    queryFn: async () => {
      const pass = await send<{ desk?: string }>('POST', '/api/v1/live/pass')
      return pass.desk ?? null
    },
  })
  const name = subject.data
  useEffect(() => {
    if (!name) return
    return live.follow<Heard, Heard>({
      subject: name,
      snapshot: async () => {
        try {
          const said = await send<Heard>('GET', '/api/v1/live?view=desk')
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
  return { desk, problem: problem ?? subject.error, retry: () => void subject.refetch() }
}
