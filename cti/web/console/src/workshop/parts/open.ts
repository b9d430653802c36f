import { useSearchParams } from 'react-router'

/** The element that is open, in the address, so that it can be linked to: [name, open, close]. */
export function useOpen(key = 'open'): [string, (name: string) => void, () => void] {
  const [params, setParams] = useSearchParams()
  const set = (name: string) => setParams((old) => {
    const next = new URLSearchParams(old)
    if (name) next.set(key, name)
    else next.delete(key)
    return next
  }, { replace: true })
  return [params.get(key) ?? '', set, () => set('')]
}
