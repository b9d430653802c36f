// Where the floor and the board come from.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useReducer } from 'react'
import { flushSync } from 'react-dom'
import { send } from '../api/client'
import { useLive } from '../live/provider'
import { useSubject } from '../live/subject'
import { heardAt } from './clock'
import { reduceFloor, type Floor, type FloorNews } from './state'
import type { CompanyBoard, FloorDelta, FloorSnapshot } from './types'

/** No draw is put off for longer than so many ms. */
const drawLatest = 250

const readFloor = (signal: AbortSignal) => send<FloorSnapshot>('GET', '/api/v1/live?view=floor', undefined, undefined, signal)

/** Follows the floor; null until it is known. */
export function useFloor(): { floor: Floor | null; error: unknown; retry: () => void } {
  const live = useLive()
  const [floor, tell] = useReducer(reduceFloor, null)
  const subject = useSubject('floor')
  useEffect(() => {
    if (!subject.data) return
    let news: FloorNews[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    let rest = 0
    let drawn = 0
    // A machine rests for as long as it has drawn: a slow one draws less often, not later and later.
    const draw = () => {
      const [began, told] = [performance.now(), news]
      timer = undefined
      news = []
      flushSync(() => told.forEach(tell))
      drawn = performance.now()
      rest = Math.min(drawLatest, drawn - began)
      dispatchEvent(new CustomEvent('floor-drawn', { detail: told })) // for who measures
    }
    const take = (n: FloorNews) => {
      heardAt('snapshot' in n ? n.snapshot.at : n.delta.at, Date.now())
      news.push(n)
      timer ??= setTimeout(draw, Math.max(0, drawn + rest - performance.now()))
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
