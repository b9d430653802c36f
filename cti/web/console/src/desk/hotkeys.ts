import { useEffect, useRef } from 'react'
import { deedOf, whereOf, type Deed } from './keys'

/** Has keys do what they are for; the function tells whether there was something to do. */
export function useHotkeys(does: (deed: Deed) => boolean): void {
  const latest = useRef(does)
  useEffect(() => {
    latest.current = does
  })
  useEffect(() => {
    function pressed(e: KeyboardEvent) {
      const where = whereOf(e.target)
      if (e.key === 'Escape' && where === 'field' && e.target instanceof HTMLElement && !e.isComposing) {
        e.target.blur() // from here on letters are keys again
        return
      }
      const deed = deedOf(e, where)
      if (!deed) return
      const done = latest.current(deed)
      // The browser's own meaning of a function key would take the desk away.
      if (done || /^F[0-9]+$/.test(e.key)) e.preventDefault()
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [])
}
