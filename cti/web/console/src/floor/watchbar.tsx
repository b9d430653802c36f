import { AudioOutlined, EyeOutlined, MessageOutlined, PhoneOutlined, TeamOutlined } from '@ant-design/icons'
import { Alert, Button, Popconfirm, Select, Space, Tooltip } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '../shell/text'
import type { Verb } from './orders'
import type { Supervision } from './supervision'
import type { LiveCall, Watcher } from './types'
import { canWatch } from './watch'

const modes: { verb: Verb; icon: ReactNode }[] = [
  { verb: 'listen', icon: <AudioOutlined /> }, { verb: 'whisper', icon: <MessageOutlined /> }, { verb: 'join', icon: <TeamOutlined /> },
]

/** By which phone a leader listens. */
export function PhoneChoice({ by }: { by: Supervision }) {
  const t = useText('floor')
  if (!by.leads) return null
  const options = by.phones.map((a) => ({ value: a.agent, label: `${a.agent} ${a.name ?? ''}` }))
  if (by.phone && !options.some((o) => o.value === by.phone)) options.unshift({ value: by.phone, label: by.phone })
  return (
    <Space size="small">
      <PhoneOutlined aria-hidden />
      <Select showSearch={{ optionFilterProp: 'label' }} aria-label={t('phone')} placeholder={t('phone')} className="floor-select"
        value={by.phone || undefined} options={options} onChange={by.choose} />
    </Space>
  )
}

/** What a leader may do in a call: buttons with what each of them does. */
export function WatchButtons({ call, by, words }: { call: LiveCall; by: Supervision; words?: boolean }) {
  const t = useText('floor')
  const here = by.watching?.call.call === call.call
  if (!by.leads) return null
  const why = !canWatch(call, by.phone) && !here ? t('noTalk') : !by.phone ? t('noPhone') : by.watching && !here ? t('elsewhere') : ''
  return (
    <Space size={4} wrap>
      {modes.map(({ verb, icon }) => (
        <Tooltip key={verb} title={why || t(`does.${verb}`)}>
          <Button size="small" icon={icon} disabled={why !== '' || by.busy} aria-label={t(`verb.${verb}`)} aria-pressed={here && by.watching?.mode === verb}
            type={here && by.watching?.mode === verb ? 'primary' : 'default'} onClick={() => by.watch(verb, call)}>
            {words && t(`verb.${verb}`)}
          </Button>
        </Tooltip>
      ))}
      {here && (
        <>
          <Popconfirm title={t('takeOverAsk', { agent: call.agent ?? '' })} okText={t('verb.take_over')} onConfirm={() => by.watch('take_over', call)}>
            <Button size="small" disabled={by.busy || call.state !== 'talking'}>{t('verb.take_over')}</Button>
          </Popconfirm>
          <Button size="small" danger disabled={by.busy} onClick={by.end}>{t('endWatch')}</Button>
        </>
      )}
    </Space>
  )
}

/** Stands above all while a leader is on a call, so that he is never so unknowingly. */
export function WatchBar({ by }: { by: Supervision }) {
  const t = useText('floor')
  if (!by.watching) return null
  const { call, mode } = by.watching
  return (
    <Alert type="warning" showIcon icon={<EyeOutlined />} role="status" className="floor-watch"
      title={t('watching', { mode: t(`mode.${mode}`, { defaultValue: mode }), agent: call.agent ?? '–', caller: call.caller })}
      action={<WatchButtons call={call} by={by} words />} />
  )
}

/** Who listens to a call, or speaks in it. */
export function Watchers({ watchers }: { watchers?: Watcher[] }) {
  const t = useText('floor')
  if (!watchers?.length) return null
  const words = watchers.map((w) => `${w.by} ${t(`mode.${w.mode}`, { defaultValue: w.mode })}`).join(', ')
  return <span><EyeOutlined aria-label={t('watchers')} /> {words}</span>
}
