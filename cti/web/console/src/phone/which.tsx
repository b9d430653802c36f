import { LaptopOutlined, PhoneOutlined } from '@ant-design/icons'
import { Badge, Segmented } from 'antd'
import { useDo } from '../parts/problem'
import { useText } from '../shell/text'
import './bar.css'
import type { Phone, PhoneKind } from './phone'
import { usePhone } from './provider'
import { problemOf } from './text'

/** Whether the phone in this browser, if it is the one, cannot be rung. */
export function lostOf(phone: Phone): boolean {
  return phone.state.kind === 'browser' && (!phone.state.registered || phone.state.problem !== null)
}

/** Which phone the hotline rings for a leader, and a switch to the other. */
export function OwnPhone() {
  const phone = usePhone()
  return phone && <Which phone={phone} />
}

function Which({ phone }: { phone: Phone }) {
  const t = useText('phone')
  const [choose, choosing] = useDo((kind: PhoneKind) => phone.choose(kind))
  const { kind, problem, call, elsewhere } = phone.state
  const lost = lostOf(phone)
  if (elsewhere) return <Badge status="success" text={t('elsewhere')} />
  return (
    <div className="phone-which" data-testid="phone-which">
      <Segmented<PhoneKind>
        aria-label={t('which')} value={kind} disabled={choosing || call !== null} onChange={(to) => void choose(to)}
        options={[
          { value: 'browser', label: t('browser'), icon: <LaptopOutlined /> },
          { value: 'desk', label: t('desk'), icon: <PhoneOutlined /> },
        ]}
      />
      <Unusable phone={phone} />
      {kind === 'browser' && <Badge status={lost ? 'error' : 'success'} text={lost ? (problem ? t('says', { problem: problemOf(t, problem) }) : t('lost')) : t('there')} />}
    </div>
  )
}

/** Why the browser was chosen and has not become the phone. */
export function Unusable({ phone }: { phone: Phone }) {
  const t = useText('phone')
  const { kind, problem } = phone.state
  return kind === 'desk' && problem ? <span role="alert">{t('unusable', { problem: problemOf(t, problem) })}</span> : null
}
