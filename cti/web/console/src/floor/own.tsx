import { CustomerServiceOutlined } from '@ant-design/icons'
import { Alert } from 'antd'
import { memo, useState } from 'react'
import { ConsultView } from '../desk/consult'
import { Controls, type Pane } from '../desk/controls'
import '../desk/desk.css'
import { Keypad } from '../desk/keypad'
import { useOrder } from '../desk/order'
import '../desk/text'
import { Transfer } from '../desk/transfer'
import { usePhone } from '../phone/provider'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { skewNow } from './clock'
import type { LiveCall } from './types'

/** The call that a leader has taken over, if he has: what an agent does to his caller, he does. */
export function OwnCall({ calls }: { calls: ReadonlyMap<string, LiveCall> }) {
  const me = useMe()
  const phone = usePhone()
  const own = phone && [...calls.values()].find((c) => c.agent === me.number)
  return own ? <Own key={own.call} call={own} /> : null
}

const nothing = () => []

const Own = memo(function Own({ call }: { call: LiveCall }) {
  const t = useText('floor')
  const me = useMe()
  const phone = usePhone()
  const [order, busy] = useOrder(call.call)
  const [pane, setPane] = useState<Pane>(null)
  return (
    <Alert type="info" showIcon icon={<CustomerServiceOutlined />} role="status" className="floor-watch" title={t('own', { caller: call.caller })}
      description={<>
        <Controls call={call} part="talking" phone={phone} order={order} busy={busy} pane={pane} onPane={setPane} mayEnd={false} onHangUp={() => void order('hang_up')} />
        {pane === 'keypad' && phone?.state.kind === 'browser' && <Keypad phone={phone} onClose={() => setPane(null)} />}
        {call.consult && <ConsultView call={call} skew={skewNow()} order={order} busy={busy} />}
        {pane === 'transfer' && <Transfer me={me.number} order={order} busy={busy} sheet={nothing} onClose={() => setPane(null)} />}
      </>} />
  )
})
