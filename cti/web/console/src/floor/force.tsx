import { App, AutoComplete, Button, Form, Modal, Select, Space } from 'antd'
import { useState } from 'react'
import { wordsOf } from '../parts/problem'
import { useText } from '../shell/text'
import { order, orderEach, type OrderBody } from './orders'

type What = 'ready' | 'pause' | 'log_off' | 'move'
type Fields = { reason?: string; queues?: string[] }

const verbs: What[] = ['ready', 'pause', 'log_off', 'move']

/** What a leader orders agents to do; each order asks why. */
export function Force({ agents, queues, onDone }: { agents: string[]; queues: string[]; onDone?: () => void }) {
  const t = useText('floor')
  const { message, notification } = App.useApp()
  const [what, setWhat] = useState<What | null>(null)
  const [busy, setBusy] = useState(false)
  const [form] = Form.useForm<Fields>()

  async function give(verb: What, fields: Fields) {
    setBusy(true)
    const body: OrderBody = verb === 'move'
      ? { verb, to: (fields.queues ?? []).join(','), reason: fields.reason?.trim() || undefined }
      : { verb, reason: fields.reason?.trim() || undefined }
    const { done, failed } = await orderEach(agents, (a) => order(a, body))
    setBusy(false)
    setWhat(null)
    if (done.length) void message.success(t('ordered', { n: done.length }))
    if (failed.length) {
      notification.error({
        title: t('notOrdered', { n: failed.length }), duration: 0,
        description: <span className="lines">{failed.map((f) => `${f.agent}: ${wordsOf(f.error, t).detail}`).join('\n')}</span>,
      })
    }
    onDone?.()
  }

  return (
    <>
      <Space wrap>
        {verbs.map((v) => <Button key={v} size="small" disabled={agents.length === 0} onClick={() => setWhat(v)}>{t(`force.${v}`)}</Button>)}
      </Space>
      <Modal open={what !== null} title={what && t('forceTitle', { what: t(`force.${what}`), n: agents.length, who: agents.slice(0, 5).join(', ') })} okText={t('give')}
        confirmLoading={busy} destroyOnHidden onCancel={() => setWhat(null)} onOk={() => form.submit()}>
        <Form<Fields> form={form} layout="vertical" preserve={false} onFinish={(f) => what && void give(what, f)}>
          {what === 'move' && (
            <Form.Item name="queues" label={t('moveTo')} extra={t('moveBack')}>
              <Select mode="multiple" options={queues.map((value) => ({ value, label: value }))} />
            </Form.Item>
          )}
          <Form.Item name="reason" label={t('shell:reason')} rules={[{ required: what === 'pause', whitespace: true, message: t('reasonNeeded') }, { max: 500 }]}>
            <AutoComplete autoFocus={what !== 'move'} options={what === 'pause' ? t('reasons').split('|').map((value) => ({ value })) : []} />
          </Form.Item>
        </Form>
      </Modal>
    </>
  )
}
