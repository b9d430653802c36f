import { useQuery } from '@tanstack/react-query'
import { Alert, AutoComplete, Button, Checkbox, Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { api, ask } from '../api/client'
import { useText } from '../shell/text'
import type { Order } from './order'
import { meant, receiversOf, type Receiver } from './receivers'

/** Why callers are passed on; what else is to be said is written beside it. */
const reasons = ['department', 'expert', 'repair', 'emergency', 'leader', 'own', 'other'] as const

type Fields = { to: string; why: string; more?: string; consent: boolean }

/**
 * A transfer: to whom, why, and that the caller has agreed (requirement D1). Announced, the
 * agent speaks to the receiver first; blind, the caller goes at once.
 */
export function Transfer({ me, order, busy, sheet, onClose }: {
  me: string; order: Order; busy: boolean
  /** What is written down by now, for the receiver. */
  sheet: () => { name: string; value: string }[]
  onClose: () => void
}) {
  const t = useText('desk')
  const [form] = Form.useForm<Fields>()
  const [to, setTo] = useState('')
  const { data, error } = useQuery({ queryKey: ['desk', 'receivers'], queryFn: () => ask(api.GET('/api/v1/agents')), refetchInterval: 3_000 })
  const contacts = useQuery({ queryKey: ['desk', 'contacts'], staleTime: 60_000, queryFn: async () => (await ask(api.GET('/api/v1/contacts'))).contacts })
  const receivers = receiversOf(data?.agents ?? [], contacts.data ?? [], me)
  const chosen = receivers.find((r) => r.to === to)

  async function pass(verb: 'transfer' | 'blind_transfer') {
    const f = await form.validateFields().catch(() => null)
    if (!f) return
    const why = t(`why.${f.why}`)
    const reason = f.more?.trim() ? `${why}: ${f.more.trim()}` : why
    if (await order(verb, { to: f.to.trim(), reason, consent: f.consent, sheet: sheet() })) onClose()
  }

  return (
    <Modal open title={t('transfer.title')} onCancel={onClose} width={560} destroyOnHidden
      footer={[
        <Button key="cancel" onClick={onClose}>{t('shell:cancel')}</Button>,
        <Button key="blind" disabled={busy} onClick={() => void pass('blind_transfer')} data-testid="blind">{t('transfer.blind')}</Button>,
        <Button key="announced" type="primary" loading={busy} disabled={chosen?.free === false} onClick={() => void pass('transfer')} data-testid="announced">{t('transfer.announced')}</Button>,
      ]}
    >
      <Form<Fields> form={form} layout="vertical" requiredMark={false} initialValues={{ why: 'expert', consent: false }} onFinish={() => void pass('transfer')}>
        <Form.Item name="to" label={t('transfer.to')} extra={t('transfer.toHint')} rules={[{ required: true, whitespace: true, message: t('transfer.toNeeded') }]}>
          <AutoComplete autoFocus defaultActiveFirstOption onChange={(v: string) => setTo(v.trim())} options={optionsOf(receivers.filter((r) => meant(r, to)), t)} showSearch={{ filterOption: false }} />
        </Form.Item>
        {(error ?? contacts.error) !== null && <Alert type="warning" showIcon title={t(error ? 'transfer.unread' : 'transfer.noContacts')} />}
        {chosen && !chosen.free && <Alert type="info" showIcon title={t(chosen.kind === 'agent' ? 'transfer.notFree' : 'transfer.nobody')} />}
        <Form.Item name="why" label={t('shell:reason')}>
          <Select options={reasons.map((r) => ({ value: r, label: t(`why.${r}`) }))} />
        </Form.Item>
        <Form.Item name="more" label={t('transfer.more')}>
          <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} maxLength={400} />
        </Form.Item>
        <Form.Item name="consent" valuePropName="checked"
          rules={[{ validator: async (_, on: boolean) => (on ? undefined : Promise.reject(new Error(t('transfer.consentNeeded')))) }]}>
          <Checkbox>{t('transfer.consent')}</Checkbox>
        </Form.Item>
      </Form>
    </Modal>
  )
}

function optionsOf(receivers: Receiver[], t: ReturnType<typeof useText>) {
  const group = (kind: Receiver['kind']) => ({
    label: t(`transfer.${kind}s`),
    options: receivers.filter((r) => r.kind === kind).map((r) => ({
      value: r.to,
      label: (
        <span className="desk-receiver" data-free={r.free}>
          <span>{r.to} {r.name}</span>
          <span className="desk-dim tabular">{stateOf(r, t)}</span>
        </span>
      ),
    })),
  })
  return [group('agent'), group('contact'), group('queue')].filter((g) => g.options.length > 0)
}

function stateOf(r: Receiver, t: ReturnType<typeof useText>): string {
  switch (r.kind) {
    case 'agent': return t(`shell:state.${r.state}`, { defaultValue: r.state })
    case 'contact': return r.state
    case 'queue': return t('transfer.ready', { count: Number(r.state) })
  }
}
