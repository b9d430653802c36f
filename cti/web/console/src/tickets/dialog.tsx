import { Alert, App, Form, Modal } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { ProblemError } from '../api/client'
import { wordsOf } from '../parts/problem'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { useOrder } from './act'
import { OrderField } from './field'
import { fieldOf, fieldsOf, saidOf, type Order, type Ticket } from './orders'

/** Asks what an order says, and gives it. Orders about the sheet have a dialog of their own. */
export function OrderDialog({ order, ticket, onClose }: { order: Order; ticket: Ticket; onClose: () => void }) {
  const t = useText('tickets')
  const me = useMe()
  const { message } = App.useApp()
  const navigate = useNavigate()
  const give = useOrder()
  const [form] = Form.useForm<Record<string, unknown>>()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  if (order === 'fill' || order === 'amend') return null
  const fields = fieldsOf(order, ticket, me)
  const names = fields.map((f) => f.name)

  async function finish(values: Record<string, unknown>) {
    setBusy(true)
    setProblem(null)
    const plain = Object.fromEntries(Object.entries(values).map(([name, v]) => [name, dayjs.isDayjs(v) ? (v as Dayjs).format() : v]))
    try {
      const after = await give(ticket, order, saidOf(order, plain))
      void message.success(t('doneOrder', { order: t(`order.${order}`) }))
      onClose()
      if (order === 'merge' || order === 'split') void navigate(`/tickets/${encodeURIComponent(after.id)}`)
    } catch (error) {
      // Whom a merge, or a call that is added, goes to is what may not be there.
      const lost = error instanceof ProblemError && error.status === 404 ? names.find((n) => n === 'into' || n === 'call') : undefined
      const at = error instanceof ProblemError ? (fieldOf(error.detail, names) ?? lost) : undefined
      if (at) form.setFields([{ name: at, errors: [(error as ProblemError).detail] }])
      else setProblem(error)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Modal open title={`${t(`order.${order}`)} · ${ticket.id.slice(0, 8)}`} okText={t(`order.${order}`)} cancelText={t('shell:cancel')} confirmLoading={busy}
      onCancel={onClose} onOk={() => form.submit()}>
      {problem !== null && <Alert type="error" showIcon role="alert" title={<span className="lines">{wordsOf(problem, t).detail}</span>} />}
      {order === 'escalate' && <p>{t('nextLevel', { level: t(`levels.${(ticket.level ?? 0) + 1}`) })}</p>}
      <Form form={form} layout="vertical" initialValues={begun(order, ticket)} onFinish={(values) => void finish(values)}>
        {fields.map((f, i) => <OrderField key={f.name} field={f} order={order} ticket={ticket} first={i === 0} />)}
      </Form>
    </Modal>
  )
}

/** What stands in the dialog at first. */
function begun(order: Order, ticket: Ticket): Record<string, unknown> {
  switch (order) {
    case 'describe':
      return { kind: ticket.kind, summary: ticket.summary, place: ticket.place, phone: ticket.phone, important: ticket.important, charged: ticket.charged }
    case 'promise':
      return { due: dayjs().add(1, 'day').hour(17).minute(0).second(0).millisecond(0) }
  }
  return {}
}
