import { AudioMutedOutlined, AudioOutlined, PhoneFilled } from '@ant-design/icons'
import { Button } from 'antd'
import { lengthOf, useNow } from '../parts/time'
import { useText } from '../shell/text'
import './bar.css'
import type { Phone, PhoneCall } from './phone'
import { usePhone } from './provider'
import './text'

/** The phone of a leader, on every page while there is a call on it; agents have their desk. */
export function PhoneBar() {
  const phone = usePhone()
  const call = phone?.state.call
  return phone && call ? <Call phone={phone} call={call} /> : null
}

function Call({ phone, call }: { phone: Phone; call: PhoneCall }) {
  const t = useText('phone')
  const now = useNow()
  return (
    <section className="phone-bar" aria-label={t('bar')} data-testid="phone-bar">
      <PhoneFilled aria-hidden />
      <strong role="status">{t(call.state === 'talking' && call.muted ? 'muted' : call.state)}</strong>
      <span className="tabular">{lengthOf(now - call.since)}</span>
      {call.state === 'ringing' && <Button size="small" type="primary" onClick={() => phone.answer()}>{t('answer')}</Button>}
      {call.state === 'talking' && (
        <Button size="small" icon={call.muted ? <AudioMutedOutlined /> : <AudioOutlined />} aria-pressed={call.muted} onClick={() => phone.mute(!call.muted)} data-testid="phone-mute">
          {t(call.muted ? 'unmute' : 'mute')}
        </Button>
      )}
      <Button size="small" danger icon={<PhoneFilled rotate={225} />} onClick={() => phone.hangUp()} data-testid="phone-hang-up">{t('hangUp')}</Button>
    </section>
  )
}
