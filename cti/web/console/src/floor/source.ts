// Where the floor and the board come from.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useReducer } from 'react'
import { send } from '../api/client'
import { useLive } from '../live/provider'
import { reduceFloor, type Floor, type FloorNews } from './state'
import type { CompanyBoard, FloorDelta, FloorSnapshot } from './types'

/** Changes that come within so many ms are drawn together: a slow machine draws less often, not later and later. */
const drawEvery = 50

/** The subject on which the floor's changes are told; it is the same for as long as one is logged in. */
const readSubject = async () => (await send<{ floor?: string }>('POST', '/api/v1/live/pass')).floor ?? ''

const readFloor = (signal: AbortSignal) => send<FloorSnapshot>('GET', '/api/v1/live?view=floor', undefined, undefined, signal)

/** Follows the floor; null until it is known. */
export function useFloor(): { floor: Floor | null; error: unknown; retry: () => void } {
  const live = useLive()
  const [floor, tell] = useReducer(reduceFloor, null)
  const subject = useQuery({ queryKey: ['floor', 'subject'], queryFn: readSubject, staleTime: Infinity, gcTime: Infinity })
  useEffect(() => {
    if (!subject.data) return
    let news: FloorNews[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const draw = () => {
      timer = undefined
      news.forEach(tell)
      news = []
    }
    const take = (n: FloorNews) => {
      news.push(n)
      timer ??= setTimeout(draw, drawEvery)
    }
    const end = live.follow<FloorSnapshot, FloorDelta>({
      subject: subject.data,
      snapshot: readFloor,
      onSnapshot: (snapshot) => take({ snapshot }),
      onDelta: (delta) => take({ delta }),
    })
    return () => {
      end()
      clearTimeout(timer)
    }
  }, [live, subject.data])
  return { floor, error: subject.error, retry: () => void subject.refetch() }
}

/** How often the board's figures are read. */
export const boardEvery = 10_000

/** How today stands at each company that may be seen. */
export function useBoards() {
  return useQuery({
    queryKey: ['board'],
    queryFn: () => send<{ boards: CompanyBoard[] }>('GET', '/api/v1/board'),
    refetchInterval: boardEvery,
    refetchIntervalInBackground: true,
    refetchOnWindowFocus: false,
  })
}
