import type { Phone } from '../phone/phone'
import { Figures } from './day'
import { Help } from './help'
import { lostOf } from './lost'
import type { Order } from './order'
import { OwnState } from './state'
import { States } from './states'
import type { Pane } from './controls'
import { Which } from './which'
import type { AgentState } from './wire'

/** The top of the desk: the agent's state and phone, and his day. */
export function Strip({ agent, skew, phone, order, busy, engaged, pane, onPane }: {
  agent: AgentState | null; skew: number; phone: Phone | null; order: Order; busy: boolean; engaged: boolean
  pane: Pane; onPane: (p: Pane) => void
}) {
  return (
    <div className="desk-strip">
      <OwnState agent={agent} skew={skew} />
      <States agent={agent} order={order} busy={busy} pausing={pane === 'pause'} onPausing={(open) => onPane(open ? 'pause' : null)} />
      <Which phone={phone} lost={lostOf(agent, phone)} engaged={engaged} />
      <Figures since={`${agent?.state ?? ''} ${agent?.since ?? ''}`} />
      <Help open={pane === 'help'} onOpen={(open) => onPane(open ? 'help' : null)} />
    </div>
  )
}
