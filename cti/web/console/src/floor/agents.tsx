import { Empty } from 'antd'
import { memo, useCallback, useMemo } from 'react'
import { useText } from '../shell/text'
import { AgentCard } from './card'
import { grouped, type Group, type GroupBy } from './group'
import type { AgentState, LiveCall } from './types'

type Props = {
  agents: AgentState[]
  calls: ReadonlyMap<string, LiveCall>
  by: GroupBy
  selected: ReadonlySet<string>
  selectable: boolean
  onOpen: (agent: string) => void
  onSelect: (agents: string[], on: boolean) => void
}

/** The agents, put together by state or queue. */
export function Agents({ agents, calls, by, selected, selectable, onOpen, onSelect }: Props) {
  const t = useText('floor')
  const groups = useMemo(() => grouped(agents, by), [agents, by])
  if (groups.length === 0) return <Empty description={t('noAgents')} />
  return groups.map((g) => (
    <AgentGroup key={g.key} group={g} by={by} calls={calls} selected={selected} selectable={selectable} onOpen={onOpen} onSelect={onSelect} />
  ))
}

const AgentGroup = memo(function AgentGroup({ group, by, calls, selected, selectable, onOpen, onSelect }: Omit<Props, 'agents'> & { group: Group }) {
  const t = useText('floor')
  const name = by === 'state' ? t(`shell:state.${group.key}`) : group.key || t('noQueue')
  const all = group.agents.every((a) => selected.has(a.agent))
  const one = useCallback((agent: string, on: boolean) => onSelect([agent], on), [onSelect])
  return (
    <section aria-label={name} className="floor-group">
      <h3>
        {selectable && (
          <input type="checkbox" checked={all} aria-label={t('selectGroup', { name })}
            onChange={(e) => onSelect(group.agents.map((a) => a.agent), e.target.checked)} />
        )}{' '}
        {name} <span className="floor-minor tabular">{group.agents.length}</span>
      </h3>
      <ul className="floor-cards">
        {group.agents.map((a) => (
          <AgentCard key={a.agent} agent={a} call={a.call ? calls.get(a.call) : undefined} selected={selected.has(a.agent)} selectable={selectable}
            onOpen={onOpen} onSelect={one} />
        ))}
      </ul>
    </section>
  )
})
