import { Alert, App, Button, Form, Input, Modal, Select, Spin } from 'antd'
import { useState } from 'react'
import { ProblemError } from '../api/client'
import { wordsOf } from '../parts/problem'
import { language, useText } from '../shell/text'
import { useOrder } from './act'
import { labelOf, useForms, type Form as SheetForm } from '../parts/forms'
import { faultsOf, type Ticket } from './orders'
import { missing, needed, spoken, type Values, type Version } from './sheet'
import { SheetEntry } from './sheet-entry'

type Written = { values: Record<string, unknown>; reason?: string }

/** Fills in a ticket's record sheet, or amends the final one. */
export function SheetDialog({ order, ticket, last, onClose }: { order: 'fill' | 'amend'; ticket: Ticket; last?: Version; onClose: () => void }) {
  const t = useText('tickets')
  const forms = useForms(ticket.company)
  const [kind, setKind] = useState(last?.kind || ticket.kind)
  const form = forms.kinds.find((f) => f.kind === kind)
  if (!form) {
    return (
      <Modal open title={t(`order.${order}`)} footer={null} onCancel={onClose}>
        {forms.pending ? <Spin /> : <Alert type="error" showIcon role="alert" title={t('sheet.noForms')} description={forms.error ? wordsOf(forms.error, t).detail : undefined} />}
      </Modal>
    )
  }
  return <Filling order={order} ticket={ticket} last={last} form={form} forms={forms.kinds} onKind={setKind} onClose={onClose} />
}

function Filling({ order, ticket, last, form, forms, onKind, onClose }: {
  order: 'fill' | 'amend'; ticket: Ticket; last?: Version; form: SheetForm; forms: SheetForm[]; onKind: (kind: string) => void; onClose: () => void
}) {
  const t = useText('tickets')
  const { message } = App.useApp()
  const give = useOrder()
  const [fields] = Form.useForm<Written>()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)

  async function save(final: boolean) {
    setProblem(null)
    const { values = {}, reason } = fields.getFieldsValue(true) as Written
    if (final) {
      const lacks = missing(form, values)
      fields.setFields(form.fields.map((f) => ({ name: ['values', f.id], errors: lacks.includes(f.id) ? [t('sheet.lacks')] : [] })))
      if (order === 'amend' && !reason?.trim()) fields.setFields([{ name: 'reason', errors: [t('sheet.reason')] }])
      if (lacks.length > 0 || (order === 'amend' && !reason?.trim())) return
    }
    setBusy(true)
    const said: Values = spoken(form, values)
    try {
      await give(ticket, order, order === 'fill' ? { kind: form.kind, said, ...(final ? { final } : {}) } : { said, reason: reason?.trim() })
      void message.success(t('doneOrder', { order: t(`order.${order}`) }))
      onClose()
    } catch (error) {
      const faults = error instanceof ProblemError ? faultsOf(error.detail, form.fields.map((f) => f.id)) : {}
      for (const [id, fault] of Object.entries(faults)) fields.setFields([{ name: ['values', id], errors: [fault] }])
      if (Object.keys(faults).length === 0) setProblem(error)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Modal open width={720} title={`${t(`order.${order}`)} · ${labelOf(form.label, language())}`} onCancel={onClose} footer={[
      <Button key="cancel" onClick={onClose}>{t('shell:cancel')}</Button>,
      order === 'fill' && <Button key="draft" loading={busy} onClick={() => void save(false)}>{t('sheet.saveDraft')}</Button>,
      <Button key="final" type="primary" loading={busy} onClick={() => void save(true)}>{t(order === 'fill' ? 'sheet.finalise' : 'sheet.save')}</Button>,
    ]}>
      {problem !== null && <Alert type="error" showIcon role="alert" title={<span className="lines">{wordsOf(problem, t).detail}</span>} />}
      <p>{t('sheet.finalHint')}</p>
      <Form<Written> form={fields} layout="vertical" initialValues={{ values: begun(form, last, ticket) }}>
        {order === 'fill' && (
          <Form.Item label={t('sheet.kind')}>
            <Select aria-label={t('sheet.kind')} value={form.kind} options={forms.map((f) => ({ value: f.kind, label: labelOf(f.label, language()) }))} onChange={onKind} />
          </Form.Item>
        )}
        {form.fields.map((f) => (
          <Form.Item key={f.id} name={['values', f.id]} label={labelOf(f.label, language())} extra={labelOf(f.hint, language())} required={needed(form.kind, f)}>
            <SheetEntry field={f} />
          </Form.Item>
        ))}
        {order === 'amend' && (
          <Form.Item name="reason" label={t('sheet.reason')} required><Input.TextArea autoSize maxLength={4000} /></Form.Item>
        )}
      </Form>
    </Modal>
  )
}

/** What stands in the sheet at first: what it said, else what the ticket knows. */
function begun(form: SheetForm, last: Version | undefined, ticket: Ticket): Record<string, unknown> {
  if (last) return last.values
  const has = (id: string) => form.fields.some((f) => f.id === id)
  return {
    ...(has('matter') ? { matter: ticket.summary } : has('happened') ? { happened: ticket.summary } : {}),
    ...(has('place') ? { place: ticket.place } : {}), ...(has('phone') ? { phone: ticket.phone } : {}),
  }
}
