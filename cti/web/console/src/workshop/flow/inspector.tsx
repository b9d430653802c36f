import { Button, Flex, Form, Input, Popconfirm, Select } from 'antd'
import { useEffect } from 'react'
import { useText } from '../../shell/text'
import { optionsOf } from '../parts/fields'
import { tidy } from '../parts/tidy'
import type { Flow, FlowNode, Kind, Lookup } from '../plan'
import { remove, turn, update } from './edit'
import { Exits } from './exits'
import { ends, exitsOf, goOn } from './kinds'
import { NodeFields } from './nodefields'

type Props = { flow: Flow; node: FlowNode; lookups: Lookup[]; mine: boolean; onEdit: (flow: Flow) => void; onRename: (id: string) => void }

const fields = ['say', 'times', 'calendar', 'tries', 'wait', 'name', 'min', 'max', 'pattern', 'service', 'language', 'to'] as const

/** All that a node has. What is chosen counts at once, what is typed when the field is left. */
export function Inspector({ flow, node, lookups, mine, onEdit, onRename }: Props) {
  const t = useText('workshop')
  const [form] = Form.useForm<FlowNode>()
  useEffect(() => {
    const values = Object.fromEntries(fields.map((f) => [f, node[f]]))
    const exits = Object.fromEntries([...exitsOf(node, lookups), ...Object.keys(node.exits ?? {})].map((e) => [e, node.exits?.[e]]))
    form.setFieldsValue({ ...values, id: node.id, exits } as Parameters<typeof form.setFieldsValue>[0])
  }, [form, node, lookups])
  async function take() {
    const values = await form.validateFields().catch(() => null)
    if (!values) return
    const next = { ...node, ...tidy(values) } as FlowNode
    if (values.exits === undefined) next.exits = undefined
    if (JSON.stringify(next) === JSON.stringify(node)) return
    onEdit(update(flow, node.id, next))
    if (next.id !== node.id) onRename(next.id)
  }
  const kind = (kinds: Kind[]) => kinds.map((k) => ({ value: k, label: t(`kind.${k}`) }))
  const typed = (changed: Partial<FlowNode>) => Object.keys(changed).some((k) => ['id', 'name', 'pattern', 'times'].includes(k))
  return (
    <div onBlur={() => mine && void take()}>
      <Form<FlowNode> form={form} layout="vertical" size="small" disabled={!mine} onValuesChange={(changed: Partial<FlowNode>) => !typed(changed) && setTimeout(() => void take())}>
        <Form.Item label={t('flows.kind')}>
          <Select aria-label={t('flows.kind')} value={node.kind} options={[{ label: t('flows.goOn'), options: kind(goOn) }, { label: t('flows.ends'), options: kind(ends) }]}
            onChange={(k: Kind) => onEdit(update(flow, node.id, turn(node, k)))} />
        </Form.Item>
        <p className="fine">{t(`kindHint.${node.kind}`)}</p>
        <Form.Item name="id" label={t('flows.nodeId')} rules={[
          { required: true, pattern: /^[a-z0-9][a-z0-9_-]{0,31}$/, message: t('field.id') },
          { validator: async (_, v: string) => (v !== node.id && flow.nodes.some((n) => n.id === v) ? Promise.reject(new Error(t('field.taken'))) : undefined) },
        ]}><Input autoComplete="off" onPressEnter={() => void take()} /></Form.Item>
        <NodeFields flow={flow} node={node} lookups={lookups} />
        <Exits node={node} lookups={lookups} targets={optionsOf(flow.nodes.map((n) => n.id))} />
      </Form>
      {mine && (
        <Flex justify="end">
          <Popconfirm title={t('removeAsk')} okText={t('remove')} onConfirm={() => {
            onEdit(remove(flow, [node.id]))
            onRename('')
          }}><Button danger size="small">{t('remove')}</Button></Popconfirm>
        </Flex>
      )}
    </div>
  )
}
