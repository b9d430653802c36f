import { Alert } from 'antd'
import { useState } from 'react'
import { useNow } from '../parts/time'
import { useText } from '../shell/text'
import { oldFor } from './live'
import { useLiveState } from './provider'

/** Says when what is on the screen may be old, and that all was read anew after a gap. */
export function LiveBar() {
  const t = useText()
  const state = useLiveState()
  const now = useNow()
  const [shown, setShown] = useState(0)
  const old = oldFor(state, now)
  if (old > 0) {
    return <Alert banner type="error" role="status" title={t('stale', { seconds: Math.round(old / 1_000) })} data-testid="stale" />
  }
  if (state.gaps > shown) {
    return <Alert banner type="info" role="status" title={t('refetched')} closable={{ onClose: () => setShown(state.gaps) }} data-testid="refetched" />
  }
  return null
}
