import dayjs from 'dayjs'
import { useEffect, useState } from 'react'

/** A moment: the time of day where it is today, else the date, too. */
export function Moment({ at }: { at?: string | null }) {
  if (!at) return <span>–</span>
  const when = dayjs(at)
  return <time dateTime={at} title={when.format('YYYY-MM-DD HH:mm:ss.SSS Z')} className="tabular">{when.format(when.isSame(dayjs(), 'day') ? 'HH:mm:ss' : 'YYYY-MM-DD HH:mm')}</time>
}

/** Nothing here has lasted that long: the time is one that was never set. */
const never = 3650 * 24 * 3_600_000

/** A length of time in ms as 4:05 or 1:02:03. */
export function lengthOf(ms: number): string {
  if (ms > never) return '–'
  const s = Math.max(0, Math.floor(ms / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  return s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`
}

const ticks = new Set<() => void>()
setInterval(() => ticks.forEach((tick) => tick()), 1_000)

/** The time in ms, anew each second, for all that count on one page. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const tick = () => setNow(Date.now())
    ticks.add(tick)
    return () => void ticks.delete(tick)
  }, [])
  return now
}

/** How long something has lasted, counting. */
export function Since({ at }: { at?: string | null }) {
  const now = useNow()
  return <span className="tabular">{at ? lengthOf(now - Date.parse(at)) : '–'}</span>
}
