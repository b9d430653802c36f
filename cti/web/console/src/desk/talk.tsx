import { Tag } from 'antd'
import { lengthOf } from '../parts/time'
import type { Phone } from '../phone/phone'
import { useText } from '../shell/text'
import type { Form } from '../parts/forms'
import { BriefView } from './brief'
import { useClock } from './clock'
import { ConsultView } from './consult'
import { Controls, type Pane } from './controls'
import type { Part } from './desk'
import { Keypad } from './keypad'
import type { Order } from './order'
import { Who } from './ringing'
import { Situations } from './situations'
import { stepAt, type Begun } from './steps'
import type { LiveCall } from './wire'

/** A call that was answered, or is being dialled: how it stands, and what is done to it. */
export function Talk({ call, part, skew, phone, forms, order, busy, pane, onPane, begun, onBegin, onHangUp, onPromise, promising }: {
  call: LiveCall; part: Part; skew: number; phone: Phone | null; forms: Form[]; order: Order; busy: boolean
  pane: Pane; onPane: (p: Pane) => void
  begun: Begun | null; onBegin: (b: Begun | null) => void
  onHangUp: () => void; onPromise: (minutes: number) => Promise<boolean>; promising: boolean
}) {
  const t = useText('desk')
  const now = useClock(skew)
  const dialling = part === 'dialling'
  const receives = part === 'received'
  const since = call.state === 'held' ? call.held_since : dialling ? call.started_at : call.answered_at
  return (
    <section className="desk-talk" data-state={call.state} data-emergency={call.emergency || undefined} aria-label={t('talk.title')} data-testid="talk">
      <div className="desk-talk-head">
        <strong role="status">{t(receives ? 'talk.received' : dialling ? 'talk.dialling' : `talk.${call.state}`, { from: call.agent })}</strong>
        <span className="desk-talk-time tabular">{since ? lengthOf(now - Date.parse(since)) : ''}</span>
        {call.emergency && <Tag color="red">{t('emergency')}</Tag>}
        {(call.recording || call.recording_paused) && <Tag color={call.recording_paused ? 'orange' : undefined}>{t(call.recording_paused ? 'record.paused' : 'record.on')}</Tag>}
      </div>
      <Who call={call} />
      {call.brief && <BriefView brief={call.brief} forms={forms} />}
      {!receives && <ConsultView call={call} skew={skew} order={order} busy={busy} />}
      <Controls call={call} part={part} phone={phone} order={order} busy={busy} pane={pane} onPane={onPane}
        mayEnd={dialling || (begun !== null && stepAt(begun.situation, Date.now() - begun.at).mayEnd)} onHangUp={onHangUp} />
      {pane === 'keypad' && phone?.state.kind === 'browser' && <Keypad phone={phone} onClose={() => onPane(null)} />}
      {!dialling && !receives && !call.consult && (
        <Situations begun={begun} onBegin={(b) => {
          onBegin(b)
          if (b?.situation === 'linger') void order('linger')
        }} onPromise={onPromise} promising={promising} />
      )}
    </section>
  )
}
