import { Button, Form, Input, Space } from 'antd'
import { useDo } from '../parts/problem'
import { ReasonButton } from '../parts/reason'
import { useRole } from '../shell/me'
import { useText } from '../shell/text'
import { useFollowUpOrder } from './act'
import type { FollowUp } from './attempt'

/** Another number, whose list it is on, and that nobody is called: the last two are a leader's. */
export function Manage({ f }: { f: FollowUp }) {
  const t = useText('followups')
  const may = useRole('agent', 'shift_leader', 'administrator')
  const leads = useRole('shift_leader', 'administrator')
  const give = useFollowUpOrder()
  const [number] = Form.useForm<{ number: string }>()
  const [agent] = Form.useForm<{ agent: string }>()
  const [add, adding] = useDo((n: string) => give(f, 'number', { number: n }))
  const [assign, assigning] = useDo((a: string) => give(f, 'assign', { agent: a }))
  if (!may) return null
  return (
    <Space orientation="vertical" style={{ width: '100%' }}>
      <Form form={number} layout="inline" onFinish={({ number: n }) => void add(n).then((done) => done && number.resetFields())}>
        <Form.Item name="number" label={t('one.addNumber')} rules={[{ required: true, pattern: /^[+]?[0-9]{2,20}$/ }]}><Input inputMode="tel" autoComplete="off" /></Form.Item>
        <Button htmlType="submit" loading={adding}>{t('one.add')}</Button>
      </Form>
      {leads && (
        <Form form={agent} layout="inline" initialValues={{ agent: f.agent }} onFinish={({ agent: a }) => void assign(a)}>
          <Form.Item name="agent" label={t('one.assign')} rules={[{ required: true, pattern: /^[0-9]{3,15}$/ }]}><Input inputMode="numeric" autoComplete="off" /></Form.Item>
          <Button htmlType="submit" loading={assigning}>{t('shell:ok')}</Button>
          {f.agent && <Button onClick={() => void assign('')}>{t('one.assignNobody')}</Button>}
        </Form>
      )}
      {leads && f.state === 'waiting' && <ReasonButton danger title={t('one.waive')} label={t('one.waiveReason')} onReason={(reason) => give(f, 'waive', { reason })} />}
    </Space>
  )
}
