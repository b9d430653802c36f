import { Empty, Table, type TableColumnsType } from 'antd'
import type { ReactNode } from 'react'
import { Moment } from '../parts/time'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { TicketLink } from './number'
import type { Ticket } from './orders'
import { Department, Due, Kind, State } from './words'

/** Tickets as a table; action is what may be done from the row. */
export function TicketTable({ tickets, loading, empty, action, footer }: {
  tickets: Ticket[]; loading?: boolean; empty: string; action?: (ticket: Ticket) => ReactNode; footer?: ReactNode
}) {
  const t = useText('tickets')
  const all = ['administrator', 'auditor'].includes(useMe().role)
  const columns: TableColumnsType<Ticket> = [
    { title: t('field.id'), dataIndex: 'id', render: (id: string) => <TicketLink id={id} /> },
    { title: t('field.kind'), dataIndex: 'kind', render: (kind: string) => <Kind kind={kind} /> },
    { title: t('field.state'), dataIndex: 'state', render: (state: string) => <State state={state} /> },
    { title: t('field.due_at'), key: 'due', render: (_, ticket) => <Due ticket={ticket} /> },
    { title: t('field.summary'), dataIndex: 'summary', render: (text?: string) => text || '–', ellipsis: true },
    { title: t('field.caller'), dataIndex: 'caller', className: 'tabular', render: (text?: string) => text || '–' },
    { title: t('field.owner'), dataIndex: 'owner', className: 'tabular', render: (text: string | null) => text ?? '–' },
    { title: t('field.department'), key: 'department', render: (_, k) => (k.department ? <><Department id={k.department} company={k.company} />{k.clerk && ` · ${k.clerk}`}</> : '–') },
    ...(all ? [{ title: t('field.company'), dataIndex: 'company' }] : []),
    { title: t('field.opened_at'), dataIndex: 'opened_at', render: (at: string) => <Moment at={at} /> },
    ...(action ? [{ title: t('orders'), key: 'action', render: (_: unknown, ticket: Ticket) => action(ticket) }] : []),
  ]
  return (
    <Table<Ticket> size="small" rowKey="id" columns={columns} dataSource={tickets} loading={loading} pagination={false} scroll={{ x: 'max-content' }}
      footer={footer ? () => footer : undefined} locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} /> }} />
  )
}
