import { AutoComplete, Form, InputNumber, Select, Switch, Tabs } from 'antd'
import { useText } from '../../shell/text'
import { useDrafted } from '../draft/context'
import { CompanyField } from '../parts/companyfield'
import { Entry } from '../parts/entry'
import { IdField, optionsOf, SpanField } from '../parts/fields'
import type { Queue } from '../plan'
import { QueueOnCall, QueueVoicemail } from './oncall'
import { QueueOverflow } from './overflow'
import { skillsOf } from './serve'

/** A group of agents and its waiting callers. */
export function QueueEntry({ open, onClose, company }: { open: string; onClose: () => void; company: string }) {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const agents = plan.agents ?? []
  const people = agents.filter((a) => !a.leader).map((a) => ({ value: a.id, label: a.name ? `${a.id} ${a.name}` : a.id }))
  return (
    <Entry<Queue> list="queues" open={open} onClose={onClose} title={t('queues.one')} initial={{ id: '', company, members: [] }}>
      {(_, isNew) => (
        <Tabs items={[
          {
            key: 'who', label: t('queues.who'), forceRender: true, children: (
              <>
                <IdField label={t('queues.id')} disabled={!isNew} taken={(plan.queues ?? []).map((q) => q.id)} />
                <CompanyField disabled={!isNew} />
                <Form.Item name="members" label={t('queues.members')}><Select mode="multiple" showSearch={{ optionFilterProp: 'label' }} options={people} /></Form.Item>
                <Form.Item name="skill" label={t('queues.skill')} extra={t('queues.skillHint')}><AutoComplete allowClear options={optionsOf(skillsOf(plan.queues ?? [], agents))} /></Form.Item>
                <Form.Item name="level" label={t('queues.level')}><InputNumber min={1} max={10} precision={0} /></Form.Item>
                <Form.Item name="strategy" label={t('queues.strategy')}>
                  <Select allowClear placeholder={t('queues.strategies.longest_idle')} options={optionsOf(['longest_idle', 'round_robin', 'least_calls'], (s) => t(`queues.strategies.${s}`))} />
                </Form.Item>
                <Form.Item name="ring_at_once" label={t('queues.ringAtOnce')}><InputNumber min={0} max={20} precision={0} /></Form.Item>
                <Form.Item name="last_agent" label={t('queues.lastAgent')} valuePropName="checked"><Switch /></Form.Item>
                <Form.Item name="leaders" label={t('queues.leaders')} extra={t('queues.leadersHint')}><Select mode="tags" /></Form.Item>
              </>
            ),
          },
          {
            key: 'waiting', label: t('queues.waiting'), forceRender: true, children: (
              <>
                <Form.Item name="priority" label={t('queues.priority')} extra={t('queues.priorityHint')}><InputNumber min={0} precision={0} /></Form.Item>
                <SpanField name="ageing" label={t('queues.ageing')} extra={t('queues.ageingHint')} />
                <SpanField name="tell" label={t('queues.tell')} extra={t('queues.tellHint')} />
                <SpanField name="max_wait" label={t('queues.maxWait')} extra={t('queues.maxWaitHint')} />
                <SpanField name="wrap_up" label={t('queues.wrapUp')} />
                <SpanField name="hold_limit" label={t('queues.holdLimit')} extra={t('queues.holdLimitHint')} />
              </>
            ),
          },
          { key: 'overflow', label: t('queues.overflow'), forceRender: true, children: <QueueOverflow id={open} /> },
          { key: 'oncall', label: t('queues.onCall'), forceRender: true, children: <QueueOnCall people={people} /> },
          { key: 'voicemail', label: t('queues.voicemail'), forceRender: true, children: <QueueVoicemail /> },
        ]} />
      )}
    </Entry>
  )
}
