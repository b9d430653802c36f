import { Form, Select, Typography } from 'antd'
import { useState } from 'react'
import { useText } from '../../shell/text'
import type { FlowNode, Lookup } from '../plan'
import { exitsOf, keypad, kinds } from './kinds'
import { exitText } from './node'

/** Where a node leads, without a mouse. */
export function Exits({ node, lookups, targets }: { node: FlowNode; lookups: Lookup[]; targets: { value: string }[] }) {
  const t = useText('workshop')
  const [added, setAdded] = useState<string[]>([])
  const rule = kinds[node.kind]
  const drawn = exitsOf(node, lookups)
  const exits = [...added.filter((k) => rule?.keys && !drawn.includes(k)), ...drawn]
  if (rule?.end || exits.length + (rule?.keys ? 1 : 0) === 0) return null
  return (
    <>
      <Typography.Title level={5}>{t('flows.exits')}</Typography.Title>
      {exits.map((e) => (
        <Form.Item key={e} name={['exits', e]} label={exitText(t, e)} rules={[{ required: false }]} layout="horizontal" labelCol={{ span: 9 }}
          help={!node.exits?.[e] && rule?.may.includes(e) ? t('flows.toPerson') : undefined}>
          <Select allowClear showSearch options={targets} placeholder={rule?.needs.includes(e) ? t('flows.needed') : undefined} status={rule?.needs.includes(e) && !node.exits?.[e] ? 'error' : undefined} />
        </Form.Item>
      ))}
      {rule?.keys && (
        <Select className="wide" aria-label={t('flows.addKey')} placeholder={t('flows.addKey')} value={null} options={keypad.filter((k) => !exits.includes(k)).map((k) => ({ value: k, label: t('flows.key', { key: k }) }))}
          onChange={(k: string | null) => k && setAdded((list) => [...list, k])} />
      )}
    </>
  )
}
