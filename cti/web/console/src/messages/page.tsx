import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Empty, Segmented, Space, Table, Tag, Typography, type TableColumnsType } from 'antd'
import { useSearchParams } from 'react-router'
import { api, ask } from '../api/client'
import { Head } from '../parts/page'
import { Problem, useDo } from '../parts/problem'
import { ReasonButton } from '../parts/reason'
import { lengthOf, Moment } from '../parts/time'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { DialButton } from '../tickets/dial'
import { TicketLink } from '../tickets/number'
import { Listen } from './listen'
import { deeds, messages, standing, type MessageTicket, type Standing } from './standing'

const most = 1000
const colours: Record<Standing, string> = { new: 'error', taken: 'processing', finished: 'success' }

/** What callers have left at the voicemail: taken by who is first, heard, called back, finished. */
export default function MessagesPage() {
  const t = useText('messages')
  const { role } = useMe()
  const [params, setParams] = useSearchParams()
  const waiting = params.get('view') !== 'all'
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['tickets', 'messages', waiting], refetchInterval: 10_000,
    queryFn: () => ask(api.GET('/api/v1/tickets', { params: { query: { kind: 'voicemail', limit: most } } })),
  })
  const columns: TableColumnsType<MessageTicket> = [
    { title: t('col.left'), key: 'left', render: (_, k) => <Moment at={k.message.left_at} /> },
    { title: t('col.state'), key: 'state', render: (_, k) => <Tag color={colours[standing(k.message)]}>{t(`state.${standing(k.message)}`)}</Tag> },
    { title: t('col.box'), key: 'box', render: (_, k) => k.message.box },
    { title: t('col.number'), key: 'number', className: 'tabular', render: (_, k) => k.message.number || '–' },
    { title: t('col.length'), key: 'length', className: 'tabular', render: (_, k) => lengthOf(k.message.length_ms) },
    { title: t('col.transcript'), key: 'transcript', render: (_, k) => <Transcript ticket={k} /> },
    { title: t('col.taken'), key: 'taken', className: 'tabular', render: (_, k) => k.message.taken_by || '–' },
    { title: t('col.result'), key: 'result', render: (_, k) => k.message.result || '–' },
    { title: t('col.ticket'), dataIndex: 'id', render: (id: string) => <TicketLink id={id} /> },
    ...(['administrator', 'auditor'].includes(role) ? [{ title: t('col.company'), dataIndex: 'company' }] : []),
    { title: t('col.orders'), key: 'orders', render: (_, k) => <Deeds ticket={k} /> },
  ]
  return (
    <>
      <Head title={t('title')}>
        <Segmented aria-label={t('title')} value={waiting ? 'waiting' : 'all'} options={[{ value: 'waiting', label: t('waiting') }, { value: 'all', label: t('all') }]}
          onChange={(view) => setParams(view === 'all' ? { view } : {})} />
      </Head>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      <Table<MessageTicket> size="small" rowKey="id" columns={columns} dataSource={messages(data?.tickets ?? [], waiting)} loading={isPending} scroll={{ x: 'max-content' }}
        pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }} footer={data?.more ? () => t('partial', { count: most }) : undefined}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(waiting ? 'none' : 'noneAtAll')} /> }} />
    </>
  )
}

function Transcript({ ticket }: { ticket: MessageTicket }) {
  const t = useText('messages')
  const said = ticket.message.transcript
  if (!said) return <span>–</span>
  if (said.made_at) return <span className="lines">{said.text || t('transcript.empty')}</span>
  return <Typography.Text type="secondary">{said.failure ? t('transcript.failed', { why: said.failure }) : t('transcript.pending')}</Typography.Text>
}

function Deeds({ ticket }: { ticket: MessageTicket }) {
  const t = useText('messages')
  const me = useMe()
  const queries = useQueryClient()
  const path = { call: ticket.call }
  const may = deeds(ticket.message, me)
  // The hotline decides at once; the records follow within a second.
  const again = async () => {
    await queries.invalidateQueries({ queryKey: ['tickets'] })
    setTimeout(() => void queries.invalidateQueries({ queryKey: ['tickets'] }), 1_000)
  }
  const [take, taking] = useDo(async () => {
    await ask(api.POST('/api/v1/messages/{call}/take', { params: { path } }))
    await again()
  })
  async function finish(result: string) {
    await ask(api.POST('/api/v1/messages/{call}/finish', { params: { path }, body: { result } }))
    await again()
  }
  return (
    <Space wrap>
      {may.listen && <Listen ticket={ticket} />}
      {may.take && <Button size="small" type="primary" loading={taking} onClick={() => void take()}>{t('take')}</Button>}
      {!ticket.message.finished_at && <DialButton ticket={ticket} size="small" />}
      {may.finish && <ReasonButton size="small" title={t('finish')} label={t('resultLabel')} done={t('finished')} onReason={finish} />}
    </Space>
  )
}
