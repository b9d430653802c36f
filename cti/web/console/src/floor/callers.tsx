import { AlertFilled, PhoneOutlined, StarFilled } from '@ant-design/icons'
import { Tag } from 'antd'
import { memo } from 'react'
import { lengthOf } from '../parts/time'
import { useText } from '../shell/text'
import { useServerNow } from './clock'
import type { LiveCall } from './types'
import { ringOf, waitsSince } from './waiting'

/** So many are listed; the ones behind them are counted. */
const most = 60

/** Those who wait for a person, in the order of the most urgent; of others the queue tells only that they are there. */
export const Callers = memo(function Callers({ calls, others }: { calls: LiveCall[]; others: number }) {
  const t = useText('floor')
  return (
    <section aria-labelledby="floor-waiting" className="floor-panel">
      <h2 id="floor-waiting">{t('waiting')} <Tag color={calls.length + others > 0 ? 'orange' : 'default'}>{calls.length + others}</Tag></h2>
      {calls.length + others === 0 && <p className="floor-empty">{t('nobodyWaits')}</p>}
      {others > 0 && <p className="floor-bad" role="status">{t('othersWait', { n: others })}</p>}
      <ol className="floor-list">{calls.slice(0, most).map((c) => <Caller key={c.call} call={c} />)}</ol>
      {calls.length > most && <p className="floor-empty">{t('more', { n: calls.length - most })}</p>}
    </section>
  )
})

const Caller = memo(function Caller({ call }: { call: LiveCall }) {
  const t = useText('floor')
  const name = call.customer?.name || call.customer?.company
  return (
    <li className={call.emergency ? 'floor-caller floor-emergency' : 'floor-caller'}>
      {call.emergency && <Tag color="error" icon={<AlertFilled />}>{t('emergency')}</Tag>}
      <Waits call={call} />
      <span className="tabular">{call.caller || t('anonymous')}</span>
      {call.customer?.vip && <Tag color="gold" icon={<StarFilled />}>VIP</Tag>}
      {name && <span className="floor-clip" title={name}>{name}</span>}
      <span className="floor-minor">{call.queue}</span>
      <Rings call={call} />
    </li>
  )
})

function Waits({ call }: { call: LiveCall }) {
  const t = useText('floor')
  const now = useServerNow()
  const wait = lengthOf(now - Date.parse(waitsSince(call)))
  return <strong className="tabular" aria-label={t('waits', { wait })}>{wait}</strong>
}

/** The ring that a phone is in for him; from the third on it is an exclamation, too. */
function Rings({ call }: { call: LiveCall }) {
  const t = useText('floor')
  const now = useServerNow()
  const ring = ringOf(call, now)
  if (ring === 0) return null
  return (
    <Tag icon={<PhoneOutlined />} color={ring > 3 ? 'error' : ring === 3 ? 'warning' : 'processing'}>
      {t('ringsAt', { agent: call.agent ?? '?', ring })}{ring > 3 && ' !'}
    </Tag>
  )
}
