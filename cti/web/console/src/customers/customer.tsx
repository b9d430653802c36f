import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Descriptions, Space, Spin, Tabs, Typography } from 'antd'
import { useState } from 'react'
import { Link, useParams, useSearchParams } from 'react-router'
import { api, ask } from '../api/client'
import { Head } from '../parts/page'
import { Problem } from '../parts/problem'
import { RevealButton } from '../parts/reason'
import { Moment } from '../parts/time'
import { useRole } from '../shell/me'
import { useText } from '../shell/text'
import { TicketTable } from '../tickets/table'
import { AccessLog } from './access'
import { PastCalls } from './calls'
import { ChangeDialog } from './change'
import { History } from './history'
import { MergeDialog } from './merge'
import { Flags } from './page'

const tabs = ['calls', 'tickets', 'history', 'access'] as const

/** A customer's card, with what there was with him and who has looked. */
export default function CustomerPage() {
  const { id = '' } = useParams()
  return <Card key={id} id={id} />
}

function Card({ id }: { id: string }) {
  const t = useText('customers')
  const [params, setParams] = useSearchParams()
  const [reason, setReason] = useState('')
  const [open, setOpen] = useState<'change' | 'merge' | null>(null)
  const changes = useRole('agent', 'shift_leader', 'administrator')
  const merges = useRole('shift_leader', 'administrator')
  const reveals = useRole('agent', 'shift_leader', 'administrator', 'auditor')
  const looks = useRole('administrator', 'auditor')
  const { data, error, refetch } = useQuery({
    // Each reading is a look that is on record: it is not read again without need.
    queryKey: ['customers', 'card', id, reason], staleTime: Infinity, refetchOnWindowFocus: false,
    queryFn: () => ask(api.GET('/api/v1/customers/{id}', { params: { path: { id }, query: { history: true, ...(reason ? { reveal: reason } : {}) } } })),
  })
  if (error && !data) return <><Head title={t('one')} /><Problem error={error} onRetry={() => (reason ? setReason('') : void refetch())} /></>
  if (!data) return <Spin aria-label={t('shell:loading')} />
  const c = data.customer
  const shown = tabs.filter((x) => x !== 'access' || looks)
  const tab = shown.find((x) => x === params.get('tab')) ?? 'calls'
  return (
    <>
      <Head title={c.name || t('noName')}>
        <Flags of={c.flags} />
        {reveals && <RevealButton revealed={reason !== ''} onReveal={setReason} />}
        {changes && <Button onClick={() => setOpen('change')}>{t('change')}</Button>}
        {merges && <Button onClick={() => setOpen('merge')}>{t('merge.open')}</Button>}
        <Link to="/customers">{t('back')}</Link>
      </Head>
      <Space orientation="vertical" size="middle" style={{ width: '100%' }}>
        {c.id !== id && <Alert type="info" showIcon title={t('mergedInto')} />}
        <Descriptions size="small" bordered column={{ xs: 1, lg: 2 }} items={[
          { key: 'numbers', label: t('field.numbers'), children: <span className="tabular">{c.numbers?.join(' · ') || '–'}</span> },
          { key: 'address', label: t('field.address'), children: c.address || '–' },
          { key: 'account', label: t('field.account'), children: c.account || '–' },
          { key: 'company', label: t('field.company'), children: c.company },
          { key: 'note', label: t('field.note'), children: <span className="lines">{c.note || '–'}</span> },
          { key: 'changed', label: t('field.changed_at'), children: <><Moment at={c.changed_at} /> · {t('field.version')} {c.version}</> },
        ]} />
        <Typography.Text type="secondary">{t('logged')}</Typography.Text>
        {data.merged && data.merged.length > 0 && <Typography.Text type="secondary">{t('merged')}{data.merged.map((m) => m.slice(0, 8)).join(', ')}</Typography.Text>}
        <Tabs activeKey={tab} onChange={(key) => setParams({ tab: key }, { replace: true })} items={shown.map((key) => ({
          key, label: t(`tab.${key}`),
          children: key === 'calls' ? <PastCalls calls={data.calls ?? []} />
            : key === 'tickets' ? <TicketTable tickets={data.tickets ?? []} empty={t('tickets.none')} />
            : key === 'history' ? <History changes={data.history ?? []} />
            : <AccessLog of={c.id} />,
        }))} />
      </Space>
      {open === 'change' && <ChangeDialog customer={c} whole={reason !== ''} onClose={() => setOpen(null)} />}
      {open === 'merge' && <MergeDialog customer={c} onClose={() => setOpen(null)} />}
    </>
  )
}
