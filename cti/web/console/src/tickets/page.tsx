import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Segmented, Space } from 'antd'
import { useSearchParams } from 'react-router'
import { api, ask } from '../api/client'
import { ExportButton } from '../parts/export'
import { Head } from '../parts/page'
import { Problem } from '../parts/problem'
import { RevealButton } from '../parts/reason'
import { useMe, useRole } from '../shell/me'
import { useText } from '../shell/text'
import { Backlog } from './backlog'
import { byUrgency } from './due'
import { Filters } from './filters'
import { changed, most, page, read } from './query'
import { TicketTable } from './table'
import { useReveal } from './reveal'

/** The list of tickets: for a clerk his desk, for leaders the backlog, too. */
export default function TicketsPage() {
  const t = useText('tickets')
  const me = useMe()
  const leads = useRole('shift_leader', 'administrator')
  const [params, setParams] = useSearchParams()
  const backlog = leads && params.get('view') === 'backlog'
  const { limit, ...chosen } = read(params)
  return (
    <>
      <Head title={t(me.role === 'clerk' ? 'mineTitle' : 'title')}>
        {leads && (
          <Segmented aria-label={t('title')} value={backlog ? 'backlog' : 'list'} options={[{ value: 'list', label: t('list') }, { value: 'backlog', label: t('backlog') }]}
            onChange={(view) => setParams(changed(params, 'view', view === 'backlog' ? 'backlog' : undefined))} />
        )}
        <ExportButton what="tickets" company={chosen.company} />
      </Head>
      {backlog ? <Backlog company={chosen.company} /> : (
        <TicketList chosen={chosen} limit={limit} onSet={(name, value) => setParams(changed(params, name, value), { replace: name === 'limit' })} onClear={() => setParams({})} />
      )}
    </>
  )
}

function TicketList({ chosen, limit, onSet, onClear }: {
  chosen: Omit<ReturnType<typeof read>, 'limit'>; limit: number; onSet: (name: string, value: string | undefined) => void; onClear: () => void
}) {
  const t = useText('tickets')
  const me = useMe()
  const [reason, setReason] = useReveal()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['tickets', 'list', chosen, limit, reason], placeholderData: keepPreviousData, refetchInterval: reason ? false : 30_000, staleTime: reason ? Infinity : undefined,
    queryFn: () => ask(api.GET('/api/v1/tickets', { params: { query: { ...chosen, limit, ...(reason ? { reveal: reason } : {}) } } })),
  })
  const tickets = byUrgency(data?.tickets ?? [], Date.now())
  const departments = [...new Set(tickets.map((k) => k.department).filter((d): d is string => !!d))]
  const revealing = ['shift_leader', 'administrator', 'auditor'].includes(me.role) || (me.role === 'agent' && chosen.owner === me.number)
  return (
    <>
      <Filters chosen={chosen} departments={departments} onSet={onSet} onClear={onClear} />
      {revealing && <span style={{ marginInlineStart: 8 }}><RevealButton revealed={reason !== ''} onReveal={setReason} /></span>}
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      <TicketTable tickets={tickets} loading={isPending} empty={t(Object.keys(chosen).length > 0 ? 'none' : 'noneAtAll')}
        footer={tickets.length > 0 && (
          <Space>
            <span>{t('shown', { count: tickets.length })}</span>
            {data?.more && limit < most && <Button size="small" onClick={() => onSet('limit', String(Math.min(most, limit + page)))}>{t('more', { count: page })}</Button>}
            {data?.more && limit >= most && <span>{t('atMost', { count: most })}</span>}
          </Space>
        )} />
    </>
  )
}
