import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Flex, Form, Input, InputNumber, Select } from 'antd'
import { Link } from 'react-router'
import { useText } from '../../shell/text'
import { useDrafted } from '../draft/context'
import { ClockField } from '../hours/clock'
import { optionsOf } from '../parts/fields'
import type { Flow, FlowNode, Lookup } from '../plan'
import { usePromptNames } from '../prompts/names'
import { kinds, type Field } from './kinds'

/** Every field of a node's kind. */
export function NodeFields({ flow, node, lookups }: { flow: Flow; node: FlowNode; lookups: Lookup[] }) {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const prompts = usePromptNames()
  const has = (f: Field) => kinds[node.kind]?.fields.includes(f)
  const made = ['@opens', '@emergency'].map((p) => ({ value: p, label: `${p} · ${t(`made.${p.slice(1)}`)}` }))
  const says = [...made, ...optionsOf(prompts)]
  const number = (f: 'tries' | 'wait' | 'min' | 'max', least: number, most: number, usual: number) => has(f) && (
    <Form.Item name={f} label={t(`nodeField.${f}`)}><InputNumber min={least} max={most} precision={0} placeholder={String(usual)} /></Form.Item>
  )
  const ends = node.kind === 'queue' ? (plan.queues ?? []).map((q) => q.id)
    : node.kind === 'emergency' ? (plan.lines ?? []).filter((l) => l.emergency).map((l) => l.did)
      : (plan.contacts ?? []).filter((c) => c.company === flow.company).map((c) => c.id)
  return (
    <>
      {has('calendar') && <Form.Item name="calendar" label={t('nodeField.calendar')} extra={node.calendar && <Link to={`/workshop/calendars?open=${encodeURIComponent(node.calendar)}`}>{t('flows.toCalendar')}</Link>}><Select options={optionsOf((plan.calendars ?? []).map((c) => c.id))} /></Form.Item>}
      {has('service') && <Form.Item name="service" label={t('nodeField.service')} extra={lookups.length === 0 ? t('flows.noLookups') : undefined}><Select options={optionsOf(lookups.map((l) => l.id))} /></Form.Item>}
      {has('language') && <Form.Item name="language" label={t('nodeField.language')}><Select options={[{ value: 'zh', label: '中文' }, { value: 'en', label: 'English' }]} /></Form.Item>}
      {has('to') && <Form.Item name="to" label={t(`to.${node.kind}`)}><Select showSearch options={optionsOf(ends)} notFoundContent={t(`to.none.${node.kind}`)} /></Form.Item>}
      {has('say') && <Form.Item name="say" label={t('nodeField.say')} extra={t('flows.sayHint')}><Select mode="tags" options={says} /></Form.Item>}
      {has('times') && <TimesFields says={says} />}
      {has('name') && <Form.Item name="name" label={t('nodeField.name')} extra={t('flows.nameHint')} rules={[{ pattern: /^[a-z0-9][a-z0-9_-]{0,31}$/, message: t('field.id') }]}><Input /></Form.Item>}
      {number('min', 1, 20, 1)}
      {number('max', 1, 20, 20)}
      {has('pattern') && <Form.Item name="pattern" label={t('nodeField.pattern')} extra={t('flows.patternHint')}><Input maxLength={100} /></Form.Item>}
      {number('tries', 1, 5, 2)}
      {number('wait', 1, 10, 5)}
    </>
  )
}

/** What is played in place of the rest at some times of the day. */
function TimesFields({ says }: { says: { value: string }[] }) {
  const t = useText('workshop')
  return (
    <Form.Item label={t('nodeField.times')} extra={t('flows.timesHint')}>
      <Form.List name="times">
        {(list, { add, remove }) => (
          <Flex vertical gap="small">
            {list.map((f) => (
              <Flex key={f.key} gap={4} align="center" wrap>
                <ClockField name={[f.name, 'from']} label={t('calendars.from')} /> – <ClockField name={[f.name, 'to']} label={t('calendars.to')} />
                <Form.Item name={[f.name, 'say']} noStyle rules={[{ required: true }]}><Select mode="tags" aria-label={t('nodeField.say')} style={{ minWidth: 130, flex: 1 }} options={says} /></Form.Item>
                <Button icon={<DeleteOutlined />} aria-label={t('remove')} onClick={() => remove(f.name)} />
              </Flex>
            ))}
            <div><Button icon={<PlusOutlined />} onClick={() => add({ from: '06:00', to: '12:00', say: [] })}>{t('flows.addTime')}</Button></div>
          </Flex>
        )}
      </Form.List>
    </Form.Item>
  )
}
