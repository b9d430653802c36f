import { App, AutoComplete, Button, Form, Modal, Select, Space } from 'antd'
import { useState } from 'react'
import { wordsOf } from '../parts/problem'
import { useText } from '../shell/text'
import { order, orderEach, type OrderBody } from './orders'

type What = 'ready' | 'pause' | 'log_off' | 'move'
type Fields = { reason?: string; queues?: string[] }

const verbs: What[] = ['ready', 'pause', 'log_off', 'move']

/** What a leader orders agents to do; each order asks why. It is told whom it was not given to. */
export function Force({ agents, queues, onDone }: { agents: string[]; queues: string[]; onDone?: (left: string[]) => void }) {
  const t = useText('floor')
  const { message, notification } = App.useApp()
  // Who is meant is who was when he was asked: the floor goes on meanwhile.
  const [asked, setAsked] = useState<{ what: What; agents: string[] } | null>(null)
  const [busy, setBusy] = useState(false)
  const [form] = Form.useForm<Fields>()
  const what = asked?.what

  async function give(verb: What, whom: string[], fields: Fields) {
    setBusy(true)
    const body: OrderBody = verb === 'move'
      ? { verb, to: (fields.queues ?? []).join(','), reason: fields.reason?.trim() || undefined }
      : { verb, reason: fields.reason?.trim() || undefined }
    const { done, failed } = await orderEach(whom, (a) => order(a, body))
    setBusy(false)
    if (done.length) {
      setAsked(null)
      void message.success(t('ordered', { n: done.length }))
      onDone?.(failed.map((f) => f.agent))
    }
    if (failed.length) {
      notification.error({
        title: t('notOrdered', { n: failed.length }), duration: 0,
        description: <span className="lines">{failed.map((f) => `${f.agent}: ${wordsOf(f.error, t).detail}`).join('\n')}</span>,
      })
    }
  }

  return (
    <>
      <Space wrap>
        {verbs.map((v) => <Button key={v} size="small" disabled={agents.length === 0} onClick={() => setAsked({ what: v, agents })}>{t(`force.${v}`)}</Button>)}
      </Space>
      <Modal open={asked !== null} title={asked && t('forceTitle', { what: t(`force.${asked.what}`), n: asked.agents.length, who: asked.agents.slice(0, 5).join(', ') })} okText={t('give')}
        confirmLoading={busy} destroyOnHidden onCancel={() => setAsked(null)} onOk={() => form.submit()}>
        <Form<Fields> form={form} layout="vertical" preserve={false} onFinish={(f) => asked && void give(asked.what, asked.agents, f)}>
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
