import { Form, Modal, Select } from 'antd'
import { useText } from '../../shell/text'
import { useDraft, useDrafted } from '../draft/context'
import { IdField, optionsOf } from '../parts/fields'
import { zoneNames } from './zones'

/** Begins a calendar with the usual week. */
export function NewCalendar({ taken, onClose, onAdded }: { taken: string[]; onClose: () => void; onAdded: (id: string) => void }) {
  const t = useText('workshop')
  const draft = useDraft()
  const { plan } = useDrafted()
  const [form] = Form.useForm<{ id: string; zone: string }>()
  function add({ id, zone }: { id: string; zone: string }) {
    draft.put(['hotline', 'calendars', taken.length], {
      id, zone, week: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }], holidays: zone === 'Asia/Shanghai' ? 'cn' : undefined,
    })
    onAdded(id)
    onClose()
  }
  return (
    <Modal open title={t('calendars.new')} okText={t('toDraft')} onOk={() => form.submit()} onCancel={onClose}>
      <Form form={form} layout="vertical" initialValues={{ zone: plan.calendars?.[0]?.zone ?? 'Asia/Shanghai' }} onFinish={add}>
        <IdField label={t('calendars.id')} disabled={false} taken={[...taken, ...(plan.lines ?? []).map((l) => l.did)]} />
        <Form.Item name="zone" label={t('calendars.zone')} rules={[{ required: true }]}><Select showSearch options={optionsOf(zoneNames())} /></Form.Item>
      </Form>
    </Modal>
  )
}
