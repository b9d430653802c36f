import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Empty, Space, Typography } from 'antd'
import { useState } from 'react'
import { api, ask } from '../api/client'
import { Problem } from '../parts/problem'
import { useNow } from '../parts/time'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { byUrgency, heaps, type Heap } from './due'
import { OrderDialog } from './dialog'
import { may, type Order, type Ticket } from './orders'
import { most } from './query'
import { TicketTable } from './table'

const unclosed = ['open', 'forwarded', 'done'] as const

/** What lies longer than it may, or will soon, by department and by who has it. */
export function Backlog({ company }: { company?: string }) {
  const t = useText('tickets')
  const now = useNow()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['tickets', 'backlog', company], refetchInterval: 30_000,
    queryFn: () => Promise.all([
      ...unclosed.map((state) => ask(api.GET('/api/v1/tickets', { params: { query: { company, state, limit: most } } }))),
      ask(api.GET('/api/v1/tickets', { params: { query: { company, overdue: true, limit: most } } })), // the oldest may not be among the newest
    ]),
  })
  const [ordered, setOrdered] = useState<{ order: Order; ticket: Ticket } | null>(null)
  if (error && !data) return <Problem error={error} onRetry={() => void refetch()} />
  const tickets = [...new Map((data ?? []).flatMap((list) => list.tickets).map((k) => [k.id, k])).values()]
  const all = heaps(tickets, now)
  return (
    <Space orientation="vertical" size="middle" style={{ width: '100%' }}>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {data?.some((list) => list.more) && <Alert type="warning" showIcon title={t('back.partial', { count: most })} />}
      {!isPending && all.length === 0 && <Empty description={t('back.none')} />}
      {all.map((heap) => <HeapCard key={`${heap.department}/${heap.owner}`} heap={heap} now={now} onOrder={(order, ticket) => setOrdered({ order, ticket })} />)}
      {ordered && <OrderDialog key={ordered.ticket.id + ordered.order} order={ordered.order} ticket={ordered.ticket} onClose={() => setOrdered(null)} />}
    </Space>
  )
}

function HeapCard({ heap, now, onOrder }: { heap: Heap<Ticket>; now: number; onOrder: (order: Order, ticket: Ticket) => void }) {
  const t = useText('tickets')
  const me = useMe()
  const title = `${heap.department || t('back.own')} · ${heap.owner || t('back.nobody')}`
  return (
    <Card size="small" title={<h2 style={{ margin: 0, fontSize: 'inherit' }}>{title}</h2>}
      extra={<Space>
        <Typography.Text type="danger">{t('back.overdue')} {heap.overdue.length}</Typography.Text>
        <Typography.Text type="warning">{t('back.soon')} {heap.soon.length}</Typography.Text>
      </Space>}>
      <TicketTable tickets={byUrgency([...heap.overdue, ...heap.soon], now)} empty={t('back.none')} action={(ticket) => (
        <Space>
          {(['urge', 'escalate'] as const).filter((order) => may(order, ticket, 'none', me)).map((order) => (
            <Button key={order} size="small" onClick={() => onOrder(order, ticket)}>{t(`order.${order}`)}</Button>
          ))}
        </Space>
      )} />
    </Card>
  )
}
