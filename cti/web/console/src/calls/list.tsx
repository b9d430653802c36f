import { useQuery } from '@tanstack/react-query'
import { Alert, Button, DatePicker, Empty, Input, Segmented, Table, Tag } from 'antd'
import dayjs from 'dayjs'
import { Link, useSearchParams } from 'react-router'
import { api, ask, type Schema } from '../api/client'
import { Head } from '../parts/page'
import { Problem } from '../parts/problem'
import { lengthOf, Moment } from '../parts/time'
import { useText } from '../shell/text'
import { Outcome } from './outcome'

type Call = Schema<'Record'>

/** The calls, newest first, by what the address says. */
export default function Calls() {
  const t = useText('calls')
  const [search, setSearch] = useSearchParams()
  const value = (name: string) => search.get(name) ?? undefined
  function set(changes: Record<string, string | undefined>) {
    const next = new URLSearchParams(search)
    for (const [name, v] of Object.entries(changes)) {
      if (v) next.set(name, v)
      else next.delete(name)
    }
    setSearch(next, { replace: true })
  }
  const query = {
    did: value('did'), agent: value('agent'), company: value('company'), since: value('since'), until: value('until'),
    answered: value('answered') as 'true' | 'false' | undefined, limit: 200,
  }
  const calls = useQuery({ queryKey: ['calls', query], queryFn: () => ask(api.GET('/api/v1/calls', { params: { query } })), refetchInterval: 10_000 })
  return (
    <>
      <Head title={t('title')} />
      <div className="calls-filter" role="search" aria-label={t('filter')}>
        <DatePicker.RangePicker
          showTime={{ format: 'HH:mm' }} aria-label={`${t('since')} ${t('until')}`} value={[query.since ? dayjs(query.since) : null, query.until ? dayjs(query.until) : null]}
          allowEmpty={[true, true]} onChange={(range) => set({ since: range?.[0]?.toISOString(), until: range?.[1]?.toISOString() })}
        />
        <Input allowClear className="calls-number" aria-label={t('line')} placeholder={t('line')} defaultValue={query.did} inputMode="numeric" onChange={(e) => set({ did: e.target.value.replace(/\D/g, '') })} />
        <Input allowClear className="calls-number" aria-label={t('agent')} placeholder={t('agent')} defaultValue={query.agent} inputMode="numeric" onChange={(e) => set({ agent: e.target.value.replace(/\D/g, '') })} />
        <Segmented
          aria-label={t('outcome')} value={query.answered ?? ''} onChange={(v) => set({ answered: v || undefined })}
          options={[{ value: '', label: t('any') }, { value: 'true', label: t('answered') }, { value: 'false', label: t('unanswered') }]}
        />
        <Button onClick={() => setSearch({}, { replace: true })}>{t('clear')}</Button>
      </div>
      {calls.error && <Problem error={calls.error} onRetry={() => void calls.refetch()} />}
      <Table<Call>
        size="small" rowKey="id" loading={calls.isPending} dataSource={calls.data?.calls} pagination={{ pageSize: 25, showSizeChanger: false }} locale={{ emptyText: <Empty description={t('none')} /> }}
        columns={[
          { title: t('started'), render: (_, c) => <Link to={`/calls/${encodeURIComponent(c.id)}`}><Moment at={c.started_at} /></Link> },
          { title: t('caller'), dataIndex: 'caller', className: 'tabular' },
          { title: t('line'), render: (_, c) => <>{c.did} {c.emergency && <Tag color="red">{t('emergency')}</Tag>}</> },
          { title: t('agent'), dataIndex: 'agent' },
          { title: t('rings'), render: (_, c) => c.rings ?? '–' },
          { title: t('wait'), render: (_, c) => (c.wait_ms === null ? '–' : lengthOf(c.wait_ms)) },
          { title: t('talk'), render: (_, c) => (c.joined_at && c.ended_at ? lengthOf(Date.parse(c.ended_at) - Date.parse(c.joined_at)) : '–') },
          { title: t('outcome'), render: (_, c) => <Outcome call={c} /> },
          { title: t('company'), dataIndex: 'company' },
        ]}
      />
      {calls.data?.more && <Alert type="info" title={t('more')} />}
    </>
  )
}
