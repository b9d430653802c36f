import { DownOutlined, PauseOutlined, PlayCircleOutlined, PoweroffOutlined } from '@ant-design/icons'
import { Button, Dropdown, Popconfirm, Space } from 'antd'
import { useText } from '../shell/text'
import { Cap } from './cap'
import type { Order } from './order'
import type { AgentState } from './wire'

/** Why agents pause; they are on record, in the words of the hotline's language. */
export const pauses = ['meal', 'rest', 'training', 'meeting', 'paperwork', 'task'] as const

/** What an agent does to his own state. */
export function States({ agent, order, busy, pausing, onPausing }: {
  agent: AgentState | null; order: Order; busy: boolean; pausing: boolean; onPausing: (open: boolean) => void
}) {
  const t = useText('desk')
  const state = agent?.state ?? 'LoggedOff'
  const wraps = state === 'WrapUp'
  const engaged = state === 'Talking' || state === 'Ringing' || state === 'Reserved'
  const unready = state === 'LoggedOff' || state === 'Paused' || wraps
  return (
    <Space size="small" wrap>
      {unready && (
        <Button type="primary" size="large" icon={<PlayCircleOutlined />} loading={busy} disabled={agent?.reachable === false}
          onClick={() => void order('ready')} data-testid="ready">
          {t(wraps ? 'done' : 'ready')} <Cap>R</Cap>
        </Button>
      )}
      {state !== 'LoggedOff' && (
        <Dropdown trigger={['click']} autoFocus open={pausing} onOpenChange={onPausing}
          menu={{
            items: pauses.map((p) => ({ key: p, label: t(`pause.${p}`) })),
            onClick: ({ key }) => {
              onPausing(false)
              void order('pause', { reason: t(`pause.${key}`) })
            },
          }}
        >
          <Button size="large" icon={<PauseOutlined />} disabled={busy} data-testid="pause">
            {t(engaged ? 'pauseAfter' : 'pauseNow')} <Cap>P</Cap><DownOutlined />
          </Button>
        </Dropdown>
      )}
      {state !== 'LoggedOff' && !engaged && (
        <Popconfirm title={t('logOffSure')} okText={t('logOff')} cancelText={t('shell:cancel')} onConfirm={() => void order('log_off')}>
          <Button size="large" icon={<PoweroffOutlined />} disabled={busy}>{t('logOff')}</Button>
        </Popconfirm>
      )}
    </Space>
  )
}
