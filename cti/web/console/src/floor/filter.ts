// The filters, kept in the address so that a view can be passed on.
import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { Filter, GroupBy } from './group'

export function useFilter(): { filter: Filter; by: GroupBy; set: (name: keyof Filter | 'by', value: string) => void } {
  const [query, setQuery] = useSearchParams()
  const [company, queue, state, text] = [query.get('company') ?? '', query.get('queue') ?? '', query.get('state') ?? '', query.get('text') ?? '']
  const filter = useMemo(() => ({ company, queue, state, text }), [company, queue, state, text])
  const set = useCallback((name: string, value: string) => {
    setQuery((before) => {
      const after = new URLSearchParams(before)
      if (value) after.set(name, value)
      else after.delete(name)
      return after
    }, { replace: true })
  }, [setQuery])
  return { filter, by: query.get('by') === 'queue' ? 'queue' : 'state', set }
}
