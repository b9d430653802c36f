import { PhoneOutlined } from '@ant-design/icons'
import { Button, DatePicker, Form, Input, Modal, Space } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { Moment } from '../parts/time'
import { useText } from '../shell/text'
import { Cap } from './cap'
import type { Said } from './promise'

/**
 * Promises the caller a call, which the hotline makes in time (A5, A7): with one click, or
 * until another time and at another number.
 */
export function CallBack({ caller, promised, busy, onPromise }: {
  /** His number, where it is known. */
  caller: string
  /** Until when he was promised a call. */
  promised: string | null
  busy: boolean
  onPromise: (said: Said) => Promise<boolean>
}) {
  const t = useText('desk')
  const [open, setOpen] = useState(false)
  return (
    <section className="desk-situations" aria-label={t('promise.title')} data-testid="call-back">
      <Space size={4} wrap>
        <Button icon={<PhoneOutlined />} loading={busy} onClick={() => void onPromise({ minutes: 30 })} data-testid="promise-30">{t('promise.within', { count: 30 })} <Cap>B</Cap></Button>
        <Button loading={busy} onClick={() => void onPromise({ minutes: 3 })} data-testid="promise-3">{t('promise.within', { count: 3 })}</Button>
        <Button type="text" onClick={() => setOpen(true)} data-testid="promise-other">{t('promise.other')}</Button>
      </Space>
      {promised && <p role="status" data-testid="promised">{t('promise.kept')} <Moment at={promised} /></p>}
      {open && <Other caller={caller} busy={busy} onPromise={onPromise} onClose={() => setOpen(false)} />}
    </section>
  )
}

function Other({ caller, busy, onPromise, onClose }: { caller: string; busy: boolean; onPromise: (said: Said) => Promise<boolean>; onClose: () => void }) {
  const t = useText('desk')
  const [form] = Form.useForm<{ due: Dayjs; to?: string }>()
  return (
    <Modal open title={t('promise.title')} okText={t('promise.go')} cancelText={t('shell:cancel')} confirmLoading={busy} okButtonProps={{ 'data-testid': 'promise-it' }} onCancel={onClose} onOk={() => form.submit()}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ due: dayjs().add(30, 'minute').startOf('minute'), to: caller }}
        onFinish={({ due, to }) => void onPromise({ due: due.toISOString(), to: to?.trim() }).then((done) => done && onClose())}>
        <Form.Item name="due" label={t('promise.due')} rules={[
          { required: true, message: t('sheet.lacks') },
          { validator: (_, due: Dayjs | null) => (!due || due.isAfter(dayjs()) ? Promise.resolve() : Promise.reject(new Error(t('promise.over')))) },
        ]}>
          <DatePicker needConfirm={false} showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" minDate={dayjs()} maxDate={dayjs().add(7, 'day')} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="to" label={t('promise.number')} extra={t('promise.own')} rules={[{ pattern: /^\s*[+]?[0-9]{2,20}\s*$/, message: t('dial.digits') }]}>
          <Input inputMode="tel" autoComplete="off" maxLength={24} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
