import { useEffect, useState } from 'react'

/** A state that belongs to one call: with another call it begins anew. */
export function useOfCall<T>(call: string): [T | null, (value: T | null) => void] {
  const [state, setState] = useState<{ call: string; value: T | null }>({ call, value: null })
  return [state.call === call ? state.value : null, (value) => setState({ call, value })]
}

const key = 'sansheng-desk-sheet:'

/** The call whose sheet is open: that of the talk, else what the agent has opened, also after a reload. Who logs in after him begins without. */
export function useOpened(agent: string, current: string | null): [string | null, (call: string | null) => void] {
  const [opened, setOpened] = useState<string | null>(() => current ?? sessionStorage.getItem(key + agent))
  useEffect(() => {
    if (current) setOpened(current)
  }, [current])
  useEffect(() => {
    if (opened) sessionStorage.setItem(key + agent, opened)
    else sessionStorage.removeItem(key + agent)
  }, [agent, opened])
  return [current ?? opened, setOpened]
}
