import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Form, Modal } from 'antd'
import { useState } from 'react'
import { api, ask, ProblemError } from '../api/client'
import { wordsOf } from '../parts/problem'
import { useText } from '../shell/text'
import { begun, edit, type Customer, type Written } from './card'
import { cardNames, showFaults } from './faults'
import { CardFields } from './fields'

/** Changes a customer; what is hidden stays as it is. */
export function ChangeDialog({ customer, whole, onClose }: { customer: Customer; whole: boolean; onClose: () => void }) {
  const t = useText('customers')
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Written & { reason: string }>()
  // The card as it was opened: what was read since would hide what somebody else has changed.
  const [opened] = useState({ before: begun(customer, whole), version: customer.version })
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  async function finish({ reason, ...card }: Written & { reason: string }) {
    const changes = edit(opened.before, card)
    if (!changes) return setProblem(t('nothing'))
    setBusy(true)
    setProblem(null)
    try {
      await ask(api.PATCH('/api/v1/customers/{id}', { params: { path: { id: customer.id } }, body: { ...changes, version: opened.version, reason: reason.trim() } }))
      void message.success(t('changed'))
      await queries.invalidateQueries({ queryKey: ['customers'] })
      onClose()
    } catch (error) {
      const detail = wordsOf(error, t).detail
      if (!showFaults(form, error, cardNames)) setProblem(error instanceof ProblemError && error.status === 409 ? `${t('stale')}\n${detail}` : detail)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal open title={t('change')} okText={t('shell:save')} cancelText={t('shell:cancel')} confirmLoading={busy} onCancel={onClose} onOk={() => form.submit()}>
      {problem && <Alert type="error" showIcon role="alert" title={<span className="lines">{problem}</span>} />}
      <Form form={form} layout="vertical" initialValues={opened.before} onFinish={(f) => void finish(f)}><CardFields hidden={!whole} /></Form>
    </Modal>
  )
}
