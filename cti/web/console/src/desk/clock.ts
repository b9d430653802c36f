import { useEffect, useState } from 'react'

/**
 * The switch's clock in ms, anew every so often while something counts; skew is what it is
 * ahead of this machine's.
 */
export function useClock(skew: number, every = 1_000): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    setNow(Date.now())
    const tick = setInterval(() => setNow(Date.now()), every)
    return () => clearInterval(tick)
  }, [every])
  return now + skew
}
