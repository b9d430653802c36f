import { useQuery } from '@tanstack/react-query'
import { Button, Empty, Space, Table, Tag, type TableProps } from 'antd'
import { Link, useSearchParams } from 'react-router'
import { api, ask, type Schema } from '../api/client'
import { Head } from '../parts/page'
import { Problem } from '../parts/problem'
import { lengthOf, Moment } from '../parts/time'
import { useText } from '../shell/text'
import { read } from './filters'
import { Search } from './search'
import { lengthOfCall, wordOr } from './words'

type CallRecord = Schema<'Record'>

const most = 50

/** The calls that somebody may see, newest first. */
export default function CallList() {
  const t = useText('calls')
  const [query, setQuery] = useSearchParams()
  const filters = read(query)
  // Pages are by time: the next one ends where this one began.
  const before = query.get('before') ?? undefined
  const until = before ?? filters.until
  const { data, error, isFetching, dataUpdatedAt, refetch } = useQuery({
    queryKey: ['calls', filters, until],
    queryFn: () => ask(api.GET('/api/v1/calls', { params: { query: { ...filters, until, limit: most } } })),
    placeholderData: (old) => old,
  })
  const calls = [...(data?.calls ?? [])].reverse()
  const oldest = calls.at(-1)
  function turn(to?: string) {
    const next = new URLSearchParams(query)
    if (to) next.set('before', to)
    else next.delete('before')
    setQuery(next)
  }
  const narrowed = Object.keys(filters).length > 0 || before !== undefined
  return (
    <>
      <Head title={t('title')}><Button onClick={() => void refetch()} loading={isFetching}>{t('shell:refresh')}</Button></Head>
      <Search filters={filters} query={query} onChange={setQuery} />
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      <Table<CallRecord>
        size="small" rowKey="id" dataSource={calls} columns={columns(t, dataUpdatedAt)} loading={isFetching && !data} pagination={false} scroll={{ x: 'max-content' }}
        locale={{ emptyText: <Empty description={t(narrowed ? 'none' : 'noneYet')} /> }}
      />
      <Space className="page-head">
        {before && <Button onClick={() => turn()}>{t('newest')}</Button>}
        {data?.more && oldest && <Button onClick={() => turn(oldest.started_at)}>{t('older')}</Button>}
      </Space>
    </>
  )
}

function columns(t: ReturnType<typeof useText>, now: number): TableProps<CallRecord>['columns'] {
  return [
    { title: t('began'), key: 'began', render: (_, r) => <Link to={`/calls/${encodeURIComponent(r.id)}`} aria-label={`${t('open')} ${r.started_at}`}><Moment at={r.started_at} /></Link> },
    { title: t('direction'), key: 'way', render: (_, r) => <Space size={4}>{wordOr(t, 'way', r.direction)}{r.emergency && <Tag color="red">{t('emergency')}</Tag>}</Space> },
    { title: t('number'), key: 'number', render: (_, r) => <span className="tabular">{r.caller || '–'}</span> },
    { title: t('company'), dataIndex: 'company' },
    { title: t('line'), dataIndex: 'did' },
    { title: t('queue'), key: 'queue', render: (_, r) => r.queue_entries?.map((q) => q.queue).join(' → ') || '–' },
    { title: t('answeredBy'), key: 'agent', render: (_, r) => r.agent ?? '–' },
    { title: t('wait'), key: 'wait', align: 'right', render: (_, r) => <span className="tabular">{r.wait_ms === null ? '–' : lengthOf(r.wait_ms)}</span> },
    { title: t('rings'), key: 'rings', align: 'right', render: (_, r) => r.rings === null ? '–' : <Tag color={r.within_three_rings ? 'green' : 'red'}>{r.rings}{r.within_three_rings ? '' : ' !'}</Tag> },
    { title: t('length'), key: 'length', align: 'right', render: (_, r) => <span className="tabular">{lengthOf(lengthOfCall(r, now))}</span> },
    { title: t('outcome'), key: 'outcome', render: (_, r) => r.ended_at ? wordOr(t, 'disposition', r.disposition) : <Tag color="blue">{t('going')}</Tag> },
    { title: t('recorded'), key: 'recorded', render: (_, r) => t(r.recordings?.length ? 'yes' : 'no') },
  ]
}
