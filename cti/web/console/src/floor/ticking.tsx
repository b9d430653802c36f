import { useEffect, useRef } from 'react'
import { lengthOf } from '../parts/time'
import { serverTime } from './clock'

/** What counts on the page, with the time it counts from in ms. */
const counting = new Map<HTMLElement, number>()
let tick: ReturnType<typeof setInterval> | undefined

function write(span: HTMLElement, since: number) {
  const text = lengthOf(serverTime(Date.now()) - since)
  if (span.textContent !== text) span.textContent = text
}

/**
 * How long something has lasted, counting. A thousand of them count on one page: each second
 * they write their text themselves, and React has nothing to do.
 */
export function Ticking({ at }: { at: string }) {
  const span = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const here = span.current!
    const since = Date.parse(at)
    counting.set(here, since)
    write(here, since)
    tick ??= setInterval(() => counting.forEach((since, span) => write(span, since)), 1_000)
    return () => {
      counting.delete(here)
      if (counting.size === 0) {
        clearInterval(tick)
        tick = undefined
      }
    }
  }, [at])
  return <span ref={span} className="tabular" />
}
