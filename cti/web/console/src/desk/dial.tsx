import { PhoneOutlined } from '@ant-design/icons'
import { Button, Form, Input } from 'antd'
import { useText } from '../shell/text'
import type { Order } from './order'

/** Dials a number outside; what for is on record (requirement J4). */
export function Dial({ order, busy, disabled }: { order: Order; busy: boolean; disabled: boolean }) {
  const t = useText('desk')
  const [form] = Form.useForm<{ to: string; reason?: string }>()
  return (
    <Form form={form} layout="vertical" requiredMark={false} disabled={disabled} className="desk-dial"
      onFinish={({ to, reason }) => void order('dial', { to: to.replace(/[\s()-]/g, ''), ...(reason?.trim() ? { reason: reason.trim() } : {}) }).then((done) => done && form.resetFields())}>
      <Form.Item name="to" label={t('dial.to')} rules={[{ required: true, pattern: /^[+]?[0-9\s()-]{2,24}$/, message: t('dial.digits') }]}>
        <Input inputMode="tel" autoComplete="off" />
      </Form.Item>
      <Form.Item name="reason" label={t('dial.why')}><Input maxLength={200} /></Form.Item>
      <Button htmlType="submit" icon={<PhoneOutlined />} loading={busy}>{t('dial.go')}</Button>
    </Form>
  )
}
