import { Alert } from 'antd'
import { useEffect, useState } from 'react'
import { useText } from '../shell/text'
import { useLiveState } from './provider'

/** Seconds without a word after which a screen counts as stale: the server beats every 2 s. */
const staleAfter = 5

/** Says when what is on the screen may be old, and that all was read anew after a gap. */
export function LiveBar() {
  const t = useText()
  const { flowing, heard, gaps } = useLiveState()
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const tick = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(tick)
  }, [])
  const [shown, setShown] = useState(0)
  const silent = heard ? Math.max(0, Math.round((now - heard) / 1_000)) : 0
  if (heard && (!flowing || silent > staleAfter)) {
    return <Alert banner type="error" role="status" title={t('stale', { seconds: silent })} data-testid="stale" />
  }
  if (gaps > shown) {
    return <Alert banner type="info" role="status" title={t('refetched')} closable={{ onClose: () => setShown(gaps) }} />
  }
  return null
}
