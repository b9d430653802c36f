// Cards stand in rows. A thousand of them are laid out anew whenever one moves, so those far
// from the screen are left out, and their room is kept.
import { useEffect, useRef, useState, type RefObject } from 'react'

/** A card is at least so wide, and so far from the next, in rem. */
const cardWidth = 10.5
const gap = 0.4

/** So many rows come and go together. */
export const rowsTogether = 8

/** How many cards stand in a row of an element, as wide as that is now. */
export function useColumns(): [element: RefObject<HTMLDivElement | null>, columns: number] {
  const element = useRef<HTMLDivElement>(null)
  const [columns, setColumns] = useState(6)
  useEffect(() => {
    if (!element.current || !('ResizeObserver' in window)) return
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
    const observer = new ResizeObserver(([e]) => setColumns(columnsOf(e!.contentRect.width / rem)))
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [])
  return [element, columns]
}

/** How many columns there are in a width in rem. */
export function columnsOf(width: number): number {
  return Math.max(1, Math.floor((width + gap) / (cardWidth + gap)))
}

const watched = new Map<Element, (near: boolean) => void>()
let observer: IntersectionObserver | undefined

/** Whether an element is on the screen, or less than a screen away; all are where a browser does not tell. */
export function useNear<T extends Element>(): [element: RefObject<T | null>, near: boolean] {
  const element = useRef<T>(null)
  const [near, setNear] = useState(!('IntersectionObserver' in window))
  useEffect(() => {
    const here = element.current
    if (!here || !('IntersectionObserver' in window)) return
    observer ??= new IntersectionObserver((seen) => seen.forEach((s) => watched.get(s.target)?.(s.isIntersecting)), { rootMargin: '100% 0%' })
    watched.set(here, setNear)
    observer.observe(here)
    return () => {
      observer?.unobserve(here)
      watched.delete(here)
    }
  }, [])
  return [element, near]
}
