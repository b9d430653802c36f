import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Form, Input, Modal, Space } from 'antd'
import { useState } from 'react'
import { api, ask } from '../api/client'
import { wordsOf } from '../parts/problem'
import { useText } from '../shell/text'
import type { Customer } from './card'

/** Makes another customer, found by his number, one with this. */
export function MergeDialog({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const t = useText('customers')
  const { message } = App.useApp()
  const queries = useQueryClient()
  const [form] = Form.useForm<{ reason: string }>()
  const [number, setNumber] = useState('')
  const [other, setOther] = useState<Customer | null>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  async function doing(act: () => Promise<void>) {
    setBusy(true)
    setProblem(null)
    try {
      await act()
    } catch (error) {
      setProblem(wordsOf(error, t).detail)
    } finally {
      setBusy(false)
    }
  }
  const find = () => doing(async () => {
    setOther(null)
    const { customers } = await ask(api.GET('/api/v1/customers', { params: { query: { company: customer.company, number: number.replace(/[\s()-]/g, ''), limit: 1 } } }))
    const found = customers[0]
    if (!found) setProblem(t('merge.none'))
    else if (found.id === customer.id) setProblem(t('merge.self'))
    else setOther(found)
  })
  const merge = ({ reason }: { reason: string }) => doing(async () => {
    if (!other) return
    await ask(api.POST('/api/v1/customers/{id}/merge', {
      params: { path: { id: customer.id } }, body: { from: other.id, from_version: other.version, version: customer.version, reason: reason.trim() },
    }))
    void message.success(t('merge.done'))
    await queries.invalidateQueries({ queryKey: ['customers'] })
    onClose()
  })
  return (
    <Modal open title={`${t('merge.title')} ${customer.name || t('noName')}`} okText={t('merge.open')} cancelText={t('shell:cancel')} okButtonProps={{ danger: true, disabled: !other }} confirmLoading={busy}
      onCancel={onClose} onOk={() => form.submit()}>
      <p>{t('merge.hint')}</p>
      {problem && <Alert type="error" showIcon role="alert" title={<span className="lines">{problem}</span>} />}
      <Space.Compact style={{ width: '100%', margin: '8px 0' }}>
        <Input autoFocus aria-label={t('merge.find')} placeholder={t('merge.find')} inputMode="tel" value={number} onChange={(e) => setNumber(e.target.value)} onPressEnter={() => void find()} />
        <Button loading={busy} disabled={number.trim() === ''} onClick={() => void find()}>{t('merge.search')}</Button>
      </Space.Compact>
      {other && <Alert type="warning" showIcon title={`${t('merge.chosen')} ${other.name || t('noName')} · ${(other.numbers ?? []).join(' · ')} · ${other.id.slice(0, 8)}`} />}
      <Form form={form} layout="vertical" onFinish={(f) => void merge(f)}>
        <Form.Item name="reason" label={t('merge.reason')} rules={[{ required: true, whitespace: true, max: 200 }]}><Input maxLength={200} autoComplete="off" /></Form.Item>
      </Form>
    </Modal>
  )
}
