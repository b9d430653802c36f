import { Button, Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { useDo } from '../parts/problem'
import { language, useText } from '../shell/text'
import { labelOf, type Forms } from '../parts/forms'
import type { Sheet } from './use-sheet'

/** What is done with a sheet's ticket: forward it, close it, open another. */
export function Deeds({ sheet, departments, finishing, onFinal }: {
  sheet: Sheet; departments: Forms['departments']; finishing: boolean
  /** Makes the sheet final; false where something is missing. */
  onFinal: () => Promise<boolean>
}) {
  const t = useText('desk')
  const [open, setOpen] = useState<'forward' | 'another' | null>(null)
  const result = typeof sheet.now.values.result === 'string' ? sheet.now.values.result : ''
  const [close, closing] = useDo(() => sheet.act('close', { result }))
  const over = sheet.ticket?.state === 'closed'
  return (
    <>
      {!over && <>
        <Button loading={closing || finishing} disabled={!sheet.form} onClick={() => void (async () => {
          if (sheet.final || await onFinal()) await close()
        })()} data-testid="close">{t(sheet.final ? 'deed.close' : 'deed.finalAndClose')}</Button>
        <Button onClick={() => setOpen('forward')} data-testid="forward">{t('deed.forward')}</Button>
      </>}
      <Button onClick={() => setOpen('another')}>{t('deed.another')}</Button>
      {open === 'forward' && <Forward sheet={sheet} departments={departments} onClose={() => setOpen(null)} />}
      {open === 'another' && <Another sheet={sheet} onClose={() => setOpen(null)} />}
    </>
  )
}

function Forward({ sheet, departments, onClose }: { sheet: Sheet; departments: Forms['departments']; onClose: () => void }) {
  const t = useText('desk')
  const [form] = Form.useForm<{ department: string; reason: string }>()
  const [forward, busy] = useDo((said: { department: string; reason: string }) => sheet.act('forward', said))
  return (
    <Modal open title={t('deed.forward')} okText={t('deed.forward')} cancelText={t('shell:cancel')} confirmLoading={busy} onCancel={onClose} onOk={() => form.submit()}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(said) => void forward(said).then((done) => done && onClose())}>
        <Form.Item name="department" label={t('deed.department')} rules={[{ required: true, message: t('sheet.lacks') }]}>
          {departments?.length
            ? <Select autoFocus options={departments.map((d) => ({ value: d.id, label: labelOf(d.label, language()) }))} />
            : <Input autoFocus maxLength={32} />}
        </Form.Item>
        <Form.Item name="reason" label={t('shell:reason')} rules={[{ required: true, whitespace: true, message: t('sheet.lacks') }]}>
          <Input.TextArea maxLength={500} autoSize={{ minRows: 2 }} />
        </Form.Item>
      </Form>
    </Modal>
  )
}

/** Another matter that came up in the same call gets a ticket of its own. */
function Another({ sheet, onClose }: { sheet: Sheet; onClose: () => void }) {
  const t = useText('desk')
  const [form] = Form.useForm<{ kind: string; summary: string }>()
  const [split, busy] = useDo((said: { kind: string; summary: string }) => sheet.act('split', { kind: said.kind, matter: { summary: said.summary } }))
  const kinds = ['consultation', 'complaint', 'repair', 'emergency', 'installation', 'alteration', 'suggestion', 'praise']
  return (
    <Modal open title={t('deed.another')} okText={t('deed.open')} cancelText={t('shell:cancel')} confirmLoading={busy} onCancel={onClose} onOk={() => form.submit()}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ kind: 'consultation' }} onFinish={(said) => void split(said).then((done) => done && onClose())}>
        <Form.Item name="kind" label={t('sheet.kind')}><Select options={kinds.map((k) => ({ value: k, label: t(`kind.${k}`) }))} /></Form.Item>
        <Form.Item name="summary" label={t('deed.summary')} rules={[{ required: true, whitespace: true, message: t('sheet.lacks') }]}>
          <Input autoFocus maxLength={200} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
