import { ExclamationCircleFilled, PhoneOutlined } from '@ant-design/icons'
import { App, Button, Empty, Space, Table, Tag, type TableColumnsType } from 'antd'
import dayjs from 'dayjs'
import { useDo } from '../parts/problem'
import { Moment, useNow } from '../parts/time'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { TicketLink } from '../tickets/number'
import { Kind } from '../tickets/words'
import { useDial } from './act'
import { dialable, over, type FollowUp, type Part } from './attempt'

const colours: Record<string, string> = { waiting: 'default', calling: 'processing', confirming: 'warning', done: 'success', failed: 'error', waived: 'default', merged: 'default' }

export function FollowUpState({ state }: { state: string }) {
  const t = useText('followups')
  return <Tag color={colours[state]}>{t(`states.${state}`, { defaultValue: state })}</Tag>
}

/** Callers who are called back, in the order in which that is due. */
export function FollowUpList({ list, part, loading, onOpen }: { list: FollowUp[]; part: Part; loading: boolean; onOpen: (f: FollowUp) => void }) {
  const t = useText('followups')
  const now = useNow()
  const { role } = useMe()
  const columns: TableColumnsType<FollowUp> = [
    { title: t('col.due'), key: 'due', render: (_, f) => <Space size={4}>{!over(f) && Date.parse(f.due) <= now && <Tag color="error" icon={<ExclamationCircleFilled />}>{t('overdue')}</Tag>}<Moment at={f.due} /></Space> },
    { title: t('col.tickets'), key: 'tickets', render: (_, f) => <Space wrap>{(f.tickets ?? []).map((w) => <span key={w.ticket}><Kind kind={w.kind} /> <TicketLink id={w.ticket} /></span>)}</Space> },
    { title: t('col.state'), key: 'state', render: (_, f) => <FollowUpState state={f.state} /> },
    { title: t('col.number'), key: 'number', className: 'tabular', render: (_, f) => f.numbers?.[0] ?? '–' },
    { title: t('col.place'), key: 'place', render: (_, f) => f.tickets?.find((w) => w.place)?.place ?? '–' },
    { title: t('col.agent'), key: 'agent', className: 'tabular', render: (_, f) => f.agent || t('nobody') },
    { title: t('col.attempts'), key: 'attempts', render: (_, f) => f.attempts?.filter((a) => a.result === 'missed').length ?? 0 },
    ...(['administrator', 'auditor'].includes(role) ? [{ title: t('col.company'), dataIndex: 'company' }] : []),
    ...(part === 'ended' ? [{ title: t('col.ended'), key: 'ended', render: (_: unknown, f: FollowUp) => <Moment at={f.ended_at} /> }] : []),
    { title: t('col.orders'), key: 'orders', render: (_, f) => <Space><DialButton followUp={f} onDialled={() => onOpen(f)} /><Button size="small" onClick={() => onOpen(f)}>{t('open')}</Button></Space> },
  ]
  return (
    <Table<FollowUp> size="small" rowKey="id" columns={columns} dataSource={list} loading={loading} scroll={{ x: 'max-content' }} pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
      locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(`none.${part}`)} /> }} />
  )
}

/** Calls in one click; of an agent only, who has a phone. */
export function DialButton({ followUp, onDialled }: { followUp: FollowUp; onDialled?: () => void }) {
  const t = useText('followups')
  const me = useMe()
  const now = useNow()
  const { message } = App.useApp()
  const call = useDial(me.number)
  const [dial, busy] = useDo(async () => {
    await call(followUp)
    void message.success(t('dialled'))
    onDialled?.()
  })
  const can = dialable(followUp, now)
  if (me.role !== 'agent' || followUp.state !== 'waiting') return null
  if (!can.now) return <span className="tabular">{t('notYet', { at: dayjs(can.from).format('MM-DD HH:mm') })}</span>
  return <Button size="small" type="primary" icon={<PhoneOutlined />} loading={busy} onClick={() => void dial()}>{t('dial')}</Button>
}
