import { ClockCircleOutlined, ExclamationCircleFilled, WarningOutlined } from '@ant-design/icons'
import { Space, Tag } from 'antd'
import { Moment, useNow } from '../parts/time'
import { language, useText } from '../shell/text'
import { markOf, spanOf } from './due'
import { labelOf, useForms } from '../parts/forms'
import type { Ticket } from './orders'

/** A length of time in words. */
export function useSpan(): (ms: number) => string {
  const t = useText('tickets')
  return (ms) => spanOf(ms).map((u) => t(u.unit, { count: u.count })).join(' ')
}

/** The kind of a matter; an emergency stands out. */
export function Kind({ kind }: { kind: string }) {
  const t = useText('tickets')
  const name = t(`kinds.${kind}`, { defaultValue: kind })
  return kind === 'emergency' ? <Tag color="error" icon={<WarningOutlined />}>{name}</Tag> : <span>{name}</span>
}

const colours: Record<string, string> = { draft: 'default', open: 'processing', forwarded: 'purple', done: 'cyan', closed: 'success', merged: 'default' }

export function State({ state }: { state: string }) {
  const t = useText('tickets')
  return <Tag color={colours[state] ?? 'default'}>{t(`states.${state}`, { defaultValue: state })}</Tag>
}

/** When it is due, and what that means now. */
export function Due({ ticket }: { ticket: Pick<Ticket, 'state' | 'due_at' | 'overdue' | 'promised'> }) {
  const t = useText('tickets')
  const span = useSpan()
  const now = useNow()
  if (!ticket.due_at) return <span>–</span>
  const mark = markOf(ticket, now)
  const left = Date.parse(ticket.due_at) - now
  return (
    <Space size={4} wrap>
      {mark === 'overdue' && <Tag color="error" icon={<ExclamationCircleFilled />} title={t('over', { span: span(left) })}>{t('mark.overdue')} {span(left)}</Tag>}
      {mark === 'soon' && <Tag color="warning" icon={<ClockCircleOutlined />}>{t('left', { span: span(left) })}</Tag>}
      <Moment at={ticket.due_at} />
      {ticket.promised && <span>({t('mark.promised')})</span>}
    </Space>
  )
}

/** A department by its name, where the company's are told. */
export function Department({ id, company }: { id: string; company: string }) {
  const { departments } = useForms(company)
  return <span title={id}>{labelOf(departments?.find((d) => d.id === id)?.label, language()) || id}</span>
}
