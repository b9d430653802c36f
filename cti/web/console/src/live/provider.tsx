import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react'
import { api, ask } from '../api/client'
import { Live, type LiveState, type Pass } from './live'

const LiveContext = createContext<Live | null>(null)

/** Keeps one live connection for all pages. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [live] = useState(() => new Live(pass, `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/nats`))
  useEffect(() => {
    void live.run()
    return () => void live.close()
  }, [live])
  return <LiveContext value={live}>{children}</LiveContext>
}

const pass = (signal: AbortSignal): Promise<Pass> => ask(api.POST('/api/v1/live/pass', { signal }))

export function useLive(): Live {
  const live = useContext(LiveContext)
  if (!live) throw new Error('no live connection here')
  return live
}

export function useLiveState(): LiveState {
  const live = useLive()
  return useSyncExternalStore(live.subscribe, () => live.state)
}
