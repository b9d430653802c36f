import { AudioMutedOutlined, DisconnectOutlined, EyeOutlined, SwapOutlined } from '@ant-design/icons'
import { memo } from 'react'
import { useText } from '../shell/text'
import { reasonOf } from './reason'
import { Ticking } from './ticking'
import type { AgentState, LiveCall } from './types'

type Props = {
  agent: AgentState
  /** The call he has, where he has one. */
  call?: LiveCall
  selected: boolean
  /** Whether he can be chosen for an order. */
  selectable: boolean
  onOpen: (agent: string) => void
  onSelect: (agent: string, on: boolean) => void
}

/** An agent in few words. It is drawn anew only where something of him, or of his call, has changed. */
export const AgentCard = memo(function AgentCard({ agent, call, selected, selectable, onOpen, onSelect }: Props) {
  const t = useText('floor')
  const own = call?.agent === agent.agent ? call : undefined // he may have passed it on, and writes his notes
  const shown = own?.held_since ? 'Held' : own?.consult ? 'Consulting' : agent.state
  const watchers = own?.watchers ?? []
  return (
    <li className={`floor-card floor-is-${agent.state}${agent.reachable ? '' : ' floor-lost'}${selected ? ' floor-selected' : ''}`}>
      <div className="floor-card-head">
        {selectable && (
          <input type="checkbox" checked={selected} aria-label={t('select', { agent: agent.agent })} onChange={(e) => onSelect(agent.agent, e.target.checked)} />
        )}
        <button type="button" className="floor-card-name" onClick={() => onOpen(agent.agent)} title={agent.name}>
          <span className="tabular">{agent.agent}</span> {agent.name}
        </button>
        {!agent.reachable && <DisconnectOutlined className="floor-bad" title={t('unreachable')} aria-label={t('unreachable')} />}
        {agent.moved && <SwapOutlined title={t('moved')} aria-label={t('moved')} />}
        {own?.quiet_since && <AudioMutedOutlined className="floor-bad" title={t('quietFor')} aria-label={t('quietFor')} />}
        {watchers.length > 0 && <EyeOutlined title={watchers.map((w) => w.by).join(', ')} aria-label={t('watchedBy', { who: watchers.map((w) => w.by).join(', ') })} />}
      </div>
      <div className="floor-card-state">
        <span className="floor-dot" aria-hidden /> {t(`shell:state.${shown}`)} <Ticking at={own?.held_since ?? agent.since} />
      </div>
      <div className="floor-minor floor-clip">
        {call ? <>{call.emergency && <b className="floor-bad">{t('emergency')} </b>}{call.caller} {call.queue}</> : reasonOf(agent.reason, t) || (agent.queues ?? []).join(' ')}
      </div>
    </li>
  )
})
