import { DatePicker, Form, Input, Modal, Radio } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { api, ask } from '../../api/client'
import { useDo } from '../../parts/problem'
import { useText } from '../../shell/text'

type Fields = { what: string; until: Dayjs; reason: string }

/** Closes a line, or its calendar with every line that asks it, until a time. */
export function Close({ what: [line, calendar], onClose, onDone }: { what: string[]; onClose: () => void; onDone: () => Promise<unknown> }) {
  const t = useText('workshop')
  const [form] = Form.useForm<Fields>()
  const [close, busy] = useDo(async ({ what, until, reason }: Fields) => {
    await ask(api.PUT('/api/v1/hours/{what}/closure', { params: { path: { what } }, body: { until: until.toISOString(), reason: reason.trim() } }))
    await onDone()
    onClose()
  })
  return (
    <Modal open title={t('closures.close')} okText={t('closures.close')} okButtonProps={{ danger: true, loading: busy }} onOk={() => form.submit()} onCancel={onClose}>
      <Form<Fields> form={form} layout="vertical" initialValues={{ what: line, until: dayjs().add(2, 'hour') }} onFinish={(f) => void close(f)}>
        <Form.Item name="what" label={t('closures.what')}>
          <Radio.Group options={[{ value: line!, label: t('closures.line', { line }) }, { value: calendar!, label: t('closures.calendar', { calendar }) }]} />
        </Form.Item>
        <Form.Item name="until" label={t('closures.until')} rules={[{ required: true }]} extra={t('closures.untilHint')}>
          <DatePicker needConfirm={false} format="YYYY-MM-DD HH:mm" showTime={{ format: 'HH:mm' }} minDate={dayjs()} maxDate={dayjs().add(31, 'day')} allowClear={false} />
        </Form.Item>
        <Form.Item name="reason" label={t('shell:reason')} rules={[{ required: true, whitespace: true, max: 160 }]}><Input maxLength={160} /></Form.Item>
      </Form>
    </Modal>
  )
}
