import {
  AlertOutlined, AudioMutedOutlined, AudioOutlined, BorderlessTableOutlined, LikeOutlined, PauseCircleOutlined, PauseOutlined, PhoneFilled, PlayCircleOutlined, SwapOutlined,
} from '@ant-design/icons'
import { Button, Popconfirm, Tooltip } from 'antd'
import type { Phone } from '../phone/phone'
import { useText } from '../shell/text'
import { Cap } from './cap'
import type { Part } from './desk'
import type { Order } from './order'
import type { LiveCall } from './wire'

export type Pane = 'transfer' | 'keypad' | 'pause' | 'help' | 'hangUp' | null

/** What is done to a call; the receiver of a transfer does to his own phone only. */
export function Controls({ call, part, phone, order, busy, pane, onPane, mayEnd, onHangUp }: {
  call: LiveCall; part: Part; phone: Phone | null; order: Order; busy: boolean
  pane: Pane; onPane: (p: Pane) => void
  /** The rules let the agent hang up first (requirement A6). */
  mayEnd: boolean
  onHangUp: () => void
}) {
  const t = useText('desk')
  const held = call.state === 'held'
  const consults = call.consult !== undefined
  const muted = phone?.state.call?.muted ?? false
  const browser = phone?.state.kind === 'browser'
  const receives = part === 'received'
  const mine = part === 'talking' && !consults
  return (
    <div className="desk-controls" role="group" aria-label={t('controls')}>
      {mine && (
        <Button size="large" icon={held ? <PlayCircleOutlined /> : <PauseOutlined />} type={held ? 'primary' : 'default'} disabled={busy} aria-pressed={held}
          onClick={() => void order(held ? 'unhold' : 'hold')} data-testid="hold">{t(held ? 'unhold' : 'hold')} <Cap>H</Cap></Button>
      )}
      {browser && (
        <Button size="large" icon={muted ? <AudioMutedOutlined /> : <AudioOutlined />} type={muted ? 'primary' : 'default'} danger={muted} aria-pressed={muted}
          onClick={() => phone.mute(!muted)} data-testid="mute">{t(muted ? 'unmute' : 'mute')} <Cap>M</Cap></Button>
      )}
      {mine && (
        <Button size="large" icon={<SwapOutlined />} disabled={busy} onClick={() => onPane('transfer')} data-testid="transfer">{t('transfer.open')} <Cap>T</Cap></Button>
      )}
      {browser && (
        <Button size="large" icon={<BorderlessTableOutlined />} aria-expanded={pane === 'keypad'} onClick={() => onPane(pane === 'keypad' ? null : 'keypad')}>{t('keypad')} <Cap>K</Cap></Button>
      )}
      {mine && (call.recording || call.recording_paused) && (
        <Button size="large" icon={<PauseCircleOutlined />} disabled={busy || held} aria-pressed={call.recording_paused} type={call.recording_paused ? 'primary' : 'default'}
          onClick={() => void order(call.recording_paused ? 'resume_recording' : 'pause_recording')}>{t(call.recording_paused ? 'record.resume' : 'record.pause')}</Button>
      )}
      {mine && call.direction === 'inbound' && !call.emergency && (
        <Tooltip title={t('survey.hint')}>
          <Button size="large" icon={<LikeOutlined />} disabled={busy || held} onClick={() => void order('survey')}>{t('survey.open')}</Button>
        </Tooltip>
      )}
      {mine && call.direction === 'outbound' && !call.emergency && (
        <Popconfirm title={t('again.sure')} description={t('again.hint')} okText={t('again.open')} okButtonProps={{ danger: true }} cancelText={t('shell:cancel')}
          onConfirm={() => void order('emergency')}>
          <Button size="large" danger icon={<AlertOutlined />} disabled={busy} data-testid="emergency-again">{t('again.open')}</Button>
        </Popconfirm>
      )}
      <Popconfirm
        title={t('hangUp.sure')} description={t('hangUp.early')} okText={t('hangUp.open')} okButtonProps={{ danger: true, autoFocus: true }} cancelText={t('shell:cancel')}
        open={pane === 'hangUp'} onOpenChange={(open) => {
          if (!open) onPane(null)
        }}
        onConfirm={() => {
          onPane(null)
          onHangUp()
        }}
      >
        <Button size="large" danger icon={<PhoneFilled rotate={225} />} disabled={busy || (receives && !browser)}
          onClick={() => (mayEnd || receives ? onHangUp() : onPane('hangUp'))} data-testid="hang-up">{t('hangUp.open')} <Cap>E</Cap></Button>
      </Popconfirm>
    </div>
  )
}
