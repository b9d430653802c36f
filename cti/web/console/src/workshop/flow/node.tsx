import { AudioOutlined, ClockCircleOutlined, CommentOutlined, CustomerServiceOutlined, GlobalOutlined, NumberOutlined, PhoneOutlined, SearchOutlined, SoundOutlined, SwapOutlined, UnorderedListOutlined, UserOutlined, WarningOutlined } from '@ant-design/icons'
import { Handle, Position, useUpdateNodeInternals, type Node, type NodeProps } from '@xyflow/react'
import { Tag } from 'antd'
import { useEffect, type ReactNode } from 'react'
import { useText } from '../../shell/text'
import type { FlowNode, Kind } from '../plan'
import { freeKey, kinds, newKey } from './kinds'

export type Drawn = Node<{ node: FlowNode; exits: string[]; start: boolean; mine: boolean; wrong: boolean; lit: boolean; here: boolean }, 'flow'>

const icons: Record<Kind, ReactNode> = {
  say: <SoundOutlined />, hours: <ClockCircleOutlined />, menu: <UnorderedListOutlined />, digits: <NumberOutlined />, caller: <UserOutlined />, lookup: <SearchOutlined />,
  language: <GlobalOutlined />, queue: <CustomerServiceOutlined />, emergency: <WarningOutlined />, voicemail: <AudioOutlined />, transfer: <SwapOutlined />, hang_up: <PhoneOutlined />,
}

/** What a node says of itself, in a line. */
export function summaryOf(n: FlowNode): string {
  const what = n.calendar ?? n.to ?? n.service ?? n.language ?? n.name ?? ''
  return [what, n.say?.join(', ')].filter(Boolean).join(' · ')
}

/** A node as it stands on the canvas, with a handle for each exit. */
export function NodeCard({ id, data, selected }: NodeProps<Drawn>) {
  const t = useText('workshop')
  const { node, exits, start, mine, wrong, lit, here } = data
  const update = useUpdateNodeInternals()
  const shown = exits.join('|')
  useEffect(() => update(id), [id, shown, update])
  const names = ['flow-node', kinds[node.kind]?.end && 'flow-node-end', selected && 'flow-chosen', wrong && 'flow-wrong', here ? 'flow-here' : lit && 'flow-lit']
  return (
    <div className={names.filter(Boolean).join(' ')} data-node={id}>
      <Handle type="target" position={Position.Left} style={{ top: 22 }} />
      <div className="flow-node-head">
        {icons[node.kind] ?? <CommentOutlined />} <span>{id}</span>
        {start && <Tag color="green">{t('flows.first')}</Tag>}
        {wrong && <WarningOutlined style={{ color: '#f5222d' }} aria-label={t('flows.wrong')} />}
      </div>
      <div className="flow-node-text" title={summaryOf(node)}>{t(`kind.${node.kind}`)}{summaryOf(node) && `: ${summaryOf(node)}`}</div>
      {exits.map((e) => (
        <div key={e} className={`flow-exit${node.exits?.[e] ? '' : ' flow-exit-open'}`}>
          <span>{exitText(t, e)}</span>
          <Handle id={e} type="source" position={Position.Right} />
        </div>
      ))}
      {mine && kinds[node.kind]?.keys && freeKey(node) && (
        <div className="flow-exit flow-exit-open"><span>{t('flows.newKey')}</span><Handle id={newKey} type="source" position={Position.Right} /></div>
      )}
    </div>
  )
}

/** An exit in words: a key, one of its kind's, or what a look-up says. */
export function exitText(t: ReturnType<typeof useText>, exit: string): string {
  return /^[0-9*#]$/.test(exit) ? t('flows.key', { key: exit }) : t(`exit.${exit}`, { defaultValue: exit })
}
