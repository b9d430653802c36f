import { Form, Modal, Select } from 'antd'
import { useNavigate } from 'react-router'
import { useText } from '../../shell/text'
import { useDraft, useDrafted } from '../draft/context'
import { CompanyField } from '../parts/companyfield'
import { IdField, optionsOf } from '../parts/fields'
import { begun } from './edit'

type Fields = { id: string; company: string; person: string; calendar?: string; line?: string }

/** Begins a flow: hours, then people or a message. */
export function NewFlow({ company, onClose }: { company: string; onClose: () => void }) {
  const t = useText('workshop')
  const navigate = useNavigate()
  const draft = useDraft()
  const { plan } = useDrafted()
  const [form] = Form.useForm<Fields>()
  const of = Form.useWatch('company', form) ?? company
  const lines = (plan.lines ?? []).filter((l) => l.company === of && l.mode === 'greeted' && !l.emergency)
  function add({ id, company, person, calendar, line }: Fields) {
    draft.put(['hotline', 'flows', plan.flows?.length ?? 0], begun(id, company, person, calendar ?? ''))
    const at = plan.lines?.findIndex((l) => l.did === line) ?? -1
    if (at >= 0) draft.put(['hotline', 'lines', at, 'flow'], id)
    void navigate(`/workshop/flows/${encodeURIComponent(id)}`)
  }
  return (
    <Modal open title={t('flows.new')} okText={t('toDraft')} onOk={() => form.submit()} onCancel={onClose}>
      <Form<Fields> form={form} layout="vertical" initialValues={{ company }} onFinish={add}>
        <IdField label={t('flows.id')} disabled={false} taken={(plan.flows ?? []).map((f) => f.id)} />
        <CompanyField />
        <Form.Item name="person" label={t('flows.person')} rules={[{ required: true }]} extra={t('flows.personHint')}><Select options={optionsOf((plan.queues ?? []).map((q) => q.id))} /></Form.Item>
        <Form.Item name="calendar" label={t('calendars.one')} extra={t('flows.calendarHint')}><Select allowClear options={optionsOf((plan.calendars ?? []).map((c) => c.id))} /></Form.Item>
        <Form.Item name="line" label={t('flows.forLine')}><Select allowClear options={lines.map((l) => ({ value: l.did, label: l.flow ? t('flows.instead', { did: l.did, flow: l.flow }) : l.did }))} /></Form.Item>
      </Form>
    </Modal>
  )
}
