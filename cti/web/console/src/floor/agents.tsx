import { Empty } from 'antd'
import { memo, useCallback, useMemo, type CSSProperties } from 'react'
import { useText } from '../shell/text'
import { AgentCard } from './card'
import { grouped, type Group, type GroupBy } from './group'
import { rowsTogether, useColumns, useNear } from './rows'
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
  const [whole, columns] = useColumns()
  return (
    <div ref={whole} style={{ '--columns': columns } as CSSProperties}>
      {groups.length === 0 && <Empty description={t('noAgents')} />}
      {groups.map((g) => (
        <AgentGroup key={g.key} group={g} by={by} columns={columns} calls={calls} selected={selected} selectable={selectable} onOpen={onOpen} onSelect={onSelect} />
      ))}
    </div>
  )
}

type GroupProps = Omit<Props, 'agents'> & { group: Group; columns: number }

const AgentGroup = memo(function AgentGroup({ group, by, columns, selected, selectable, onSelect, ...rest }: GroupProps) {
  const t = useText('floor')
  const name = by === 'state' ? t(`shell:state.${group.key}`) : group.key || t('noQueue')
  const all = group.agents.every((a) => selected.has(a.agent))
  const one = useCallback((agent: string, on: boolean) => onSelect([agent], on), [onSelect])
  const most = columns * rowsTogether
  const parts = Array.from({ length: Math.ceil(group.agents.length / most) }, (_, i) => group.agents.slice(i * most, (i + 1) * most))
  return (
    <section aria-label={name} className="floor-group">
      <h3>
        {selectable && (
          <input type="checkbox" checked={all} aria-label={t('selectGroup', { name })}
            onChange={(e) => onSelect(group.agents.map((a) => a.agent), e.target.checked)} />
        )}{' '}
        {name} <span className="floor-minor tabular">{group.agents.length}</span>
      </h3>
      {parts.map((agents, i) => (
        <Rows key={i} agents={agents} columns={columns} selected={selected} selectable={selectable} onSelect={one} {...rest} />
      ))}
    </section>
  )
})

type RowsProps = Omit<Props, 'by' | 'onSelect'> & { columns: number; onSelect: (agent: string, on: boolean) => void }

/** Some rows of a group. */
function Rows({ agents, columns, calls, selected, selectable, onOpen, onSelect }: RowsProps) {
  const [list, near] = useNear<HTMLUListElement>()
  return (
    <ul ref={list} className="floor-cards" style={{ '--rows': Math.ceil(agents.length / columns) } as CSSProperties}>
      {near && agents.map((a) => (
        <AgentCard key={a.agent} agent={a} call={a.call ? calls.get(a.call) : undefined} selected={selected.has(a.agent)} selectable={selectable}
          onOpen={onOpen} onSelect={onSelect} />
      ))}
    </ul>
  )
}
