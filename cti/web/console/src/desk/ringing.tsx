import { FireFilled, PhoneFilled } from '@ant-design/icons'
import { Button, Progress, Tag } from 'antd'
import { useEffect, useRef } from 'react'
import { dials } from '../live/dials'
import type { Phone } from '../phone/phone'
import { useText } from '../shell/text'
import type { Form } from '../parts/forms'
import { BriefView } from './brief'
import { Cap } from './cap'
import { useClock } from './clock'
import { ringShare, ringsAt, ringsSince, threeRings, urgencyOf } from './rings'
import type { LiveCall } from './wire'

/** A call that rings: how many times it has, who it is, and how it is answered. */
export function Ringing({ call, me, skew, phone, forms, onAnswer }: {
  call: LiveCall; me: string; skew: number; phone: Phone | null; forms: Form[]; onAnswer: () => void
}) {
  const t = useText('desk')
  const now = useClock(skew, 200)
  const since = ringsSince(call, me)
  const rings = ringsAt(since, call.ring_ms, now)
  const urgency = urgencyOf(rings)
  const answerable = phone?.state.kind === 'browser'
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    // Who writes keeps his place; F2 answers from there.
    if (!document.activeElement?.closest('input, textarea, [role="dialog"]')) button.current?.focus()
  }, [call.call])
  return (
    <section className="desk-ringing" data-urgency={urgency} data-emergency={call.emergency || undefined} aria-label={t('ringing.title')} data-testid="ringing">
      {call.emergency && <div className="desk-emergency" role="alert"><FireFilled aria-hidden /> {t('emergency')}</div>}
      <div className="desk-ringing-head">
        <span aria-hidden>
          <Progress type="circle" size={104} percent={ringShare(since, call.ring_ms, now) * 100} strokeColor="currentColor"
            format={() => <span className="desk-rings tabular">{rings}</span>} />
        </span>
        <div>
          <p className="desk-ringing-word" role="status">{t('ringing.rings', { count: rings })}</p>
          <p className="desk-dim">{t(rings > threeRings ? 'ringing.late' : 'ringing.promise', { left: threeRings - rings + 1 })}</p>
        </div>
      </div>
      <Who call={call} />
      <BriefView brief={call.brief} forms={forms} />
      {dials(call) && <p className="desk-pickup">{t('ringing.outbound')}</p>}
      {answerable
        ? <Button ref={button} type="primary" size="large" block className="desk-answer" icon={<PhoneFilled />} onClick={onAnswer} data-testid="answer">
            {t('answer')} <Cap>Space</Cap> <Cap>F2</Cap>
          </Button>
        : <p className="desk-pickup" data-testid="pick-up">{t('ringing.pickUp')}</p>}
    </section>
  )
}

/** Who calls and whom: as much as is known of it by now. */
export function Who({ call }: { call: LiveCall }) {
  const t = useText('desk')
  return (
    <div className="desk-who">
      <p className="desk-number tabular" data-testid="caller">{call.caller || t('anonymous')} {call.customer?.vip && <Tag color="gold">VIP</Tag>}</p>
      <p className="desk-dim">
        {t(`direction.${call.direction}`)} · {t('line')} {call.did}{call.queue && ` · ${t('queue')} ${call.queue}`} · {call.company}
      </p>
    </div>
  )
}
