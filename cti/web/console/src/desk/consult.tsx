import { CheckOutlined, RollbackOutlined, SwapOutlined, TeamOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { lengthOf } from '../parts/time'
import { useText } from '../shell/text'
import { useClock } from './clock'
import type { Order } from './order'
import { ringsAt } from './rings'
import type { LiveCall } from './wire'

/** An announced transfer under way, as who transfers sees it. The caller may be taken back at any moment (D2). */
export function ConsultView({ call, skew, order, busy }: { call: LiveCall; skew: number; order: Order; busy: boolean }) {
  const t = useText('desk')
  const now = useClock(skew)
  const { consult } = call
  if (!consult) return null
  const answered = consult.state === 'talking'
  const together = call.state === 'conference'
  return (
    <section className="desk-consult" aria-label={t('consult.title')} data-testid="consult">
      <p role="status">
        <strong>{t(together ? 'consult.together' : answered ? 'consult.talking' : 'consult.ringing', { to: consult.to, count: ringsAt(consult.since, call.ring_ms, now) })}</strong>
        {' '}<span className="tabular">{lengthOf(now - Date.parse(consult.since))}</span>
      </p>
      {!together && <p className="desk-dim">{t('consult.waits')}</p>}
      <div className="desk-controls">
        <Button size="large" type="primary" icon={<CheckOutlined />} disabled={busy || !answered} onClick={() => void order('complete')} data-testid="complete">{t('consult.complete')}</Button>
        <Button size="large" icon={<RollbackOutlined />} disabled={busy} onClick={() => void order('take_back')} data-testid="take-back">{t('consult.takeBack')}</Button>
        <Button size="large" icon={<SwapOutlined />} disabled={busy || !answered || together} onClick={() => void order('swap')} data-testid="swap">{t('consult.swap')}</Button>
        <Button size="large" icon={<TeamOutlined />} disabled={busy || !answered || together} onClick={() => void order('conference')} data-testid="conference">{t('consult.conference')}</Button>
      </div>
    </section>
  )
}
