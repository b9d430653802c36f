import { AudioOutlined, EyeOutlined, MessageOutlined, PhoneOutlined, TeamOutlined } from '@ant-design/icons'
import { Alert, Button, Popconfirm, Select, Space } from 'antd'
import { memo, useState, type ReactNode } from 'react'
import { usePhone } from '../phone/provider'
import { OwnPhone } from '../phone/which'
import { useText } from '../shell/text'
import type { Verb } from './orders'
import type { Floor } from './state'
import type { Supervision } from './supervision'
import type { LiveCall, Watcher } from './types'
import { canWatch, freePhones } from './watch'

const modes: { verb: Verb; icon: ReactNode }[] = [
  { verb: 'listen', icon: <AudioOutlined /> }, { verb: 'whisper', icon: <MessageOutlined /> }, { verb: 'join', icon: <TeamOutlined /> },
]

/** By which phone a leader listens: his own, or where he has none that of an agent. */
export const PhoneChoice = memo(function PhoneChoice({ by, floor }: { by: Supervision; floor: () => Floor }) {
  const own = usePhone()
  if (!by.leads) return null
  return own ? <OwnPhone /> : <AgentsPhone by={by} floor={floor} />
})

/** One of the agents' phones that are free when he looks. */
function AgentsPhone({ by, floor }: { by: Supervision; floor: () => Floor }) {
  const t = useText('floor')
  const [options, setOptions] = useState<{ value: string; label: string }[]>([])
  const look = (open: boolean) => {
    if (open) setOptions(freePhones(floor().agents.values()).map((a) => ({ value: a.agent, label: `${a.agent} ${a.name ?? ''}` })))
  }
  return (
    <Space size="small">
      <PhoneOutlined aria-hidden />
      <Select showSearch={{ optionFilterProp: 'label' }} aria-label={t('phone')} placeholder={t('phone')} className="floor-select"
        value={by.phone || undefined} options={options} onOpenChange={look} onChange={by.choose} />
    </Space>
  )
}

/** What a leader may do in a call: buttons with what each of them does. */
export const WatchButtons = memo(function WatchButtons({ call, by, words }: { call: LiveCall; by: Supervision; words?: boolean }) {
  const t = useText('floor')
  const here = by.watching?.call.call === call.call
  if (!by.leads) return null
  const why = here ? '' : !canWatch(call, by.phone) ? t('noTalk') : by.lacks ? t(by.lacks) : by.watching ? t('elsewhere') : ''
  return (
    <span className="floor-buttons">
      {modes.map(({ verb, icon }) => {
        const on = here && by.watching?.mode === verb
        return (
          <Button key={verb} size="small" icon={icon} disabled={why !== '' || by.busy} aria-label={t(`verb.${verb}`)} aria-pressed={on} title={why || t(`does.${verb}`)}
            type={on ? 'primary' : 'default'} onClick={() => by.watch(verb, call)}>
            {words && t(`verb.${verb}`)}
          </Button>
        )
      })}
      {here && (
        <>
          <Popconfirm title={t('takeOverAsk', { agent: call.agent ?? '' })} okText={t('verb.take_over')} onConfirm={() => by.watch('take_over', call)}>
            <Button size="small" disabled={by.busy || call.state !== 'talking'}>{t('verb.take_over')}</Button>
          </Popconfirm>
          <Button size="small" danger disabled={by.busy} onClick={by.end}>{t('endWatch')}</Button>
        </>
      )}
    </span>
  )
})

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
