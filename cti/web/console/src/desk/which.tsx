import { LaptopOutlined, PhoneOutlined } from '@ant-design/icons'
import { Badge, Segmented } from 'antd'
import { useDo } from '../parts/problem'
import type { Phone, PhoneKind } from '../phone/phone'
import { Unusable } from '../phone/which'
import { useText } from '../shell/text'

/** Which phone the hotline rings, and a switch to the other. */
export function Which({ phone, lost, engaged }: { phone: Phone | null; lost: boolean; engaged: boolean }) {
  const t = useText('desk')
  const [choose, choosing] = useDo(async (kind: PhoneKind) => phone?.choose(kind))
  const kind = phone?.state.kind ?? 'desk'
  if (phone?.state.elsewhere) return <div className="desk-which"><Badge status={lost ? 'error' : 'success'} text={t('phone:elsewhere')} /></div>
  return (
    <div className="desk-which">
      <Badge status={lost ? 'error' : 'success'} text={t(lost ? 'phone.lost' : 'phone.there')} />
      <Segmented<PhoneKind>
        aria-label={t('phone.which')} value={kind} disabled={!phone || choosing || engaged}
        options={[
          { value: 'browser', label: t('phone.browser'), icon: <LaptopOutlined /> },
          { value: 'desk', label: t('phone.desk'), icon: <PhoneOutlined /> },
        ]}
        onChange={(to) => void choose(to)}
      />
      {phone && <Unusable phone={phone} />}
    </div>
  )
}
