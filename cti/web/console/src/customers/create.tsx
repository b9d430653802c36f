import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { api, ask } from '../api/client'
import { wordsOf } from '../parts/problem'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { edit, type Customer, type Written } from './card'
import { cardNames, showFaults } from './faults'
import { CardFields } from './fields'

/** Makes a customer. */
export function CreateDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (c: Customer) => void }) {
  const t = useText('customers')
  const me = useMe()
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<Written & { reason: string; company?: string }>()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  async function finish({ reason, company, ...card }: Written & { reason: string; company?: string }) {
    setBusy(true)
    setProblem(null)
    try {
      const c = await ask(api.POST('/api/v1/customers', { body: { ...edit({}, card), reason: reason.trim(), ...(company ? { company } : {}) } }))
      void message.success(t('created'))
      await queries.invalidateQueries({ queryKey: ['customers'] })
      onCreated(c)
    } catch (error) {
      if (!showFaults(form, error, cardNames)) setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal open title={t('create')} okText={t('shell:save')} cancelText={t('shell:cancel')} confirmLoading={busy} onCancel={onClose} onOk={() => form.submit()}>
      {problem !== null && <Alert type="error" showIcon role="alert" title={<span className="lines">{wordsOf(problem, t).detail}</span>} />}
      <Form form={form} layout="vertical" onFinish={(f) => void finish(f)}>
        {me.role === 'administrator' && <Form.Item name="company" label={t('field.company')} rules={[{ required: true, pattern: /^[a-z0-9][a-z0-9_-]{0,31}$/ }]}><Input autoComplete="off" /></Form.Item>}
        <CardFields hidden={false} />
      </Form>
    </Modal>
  )
}
