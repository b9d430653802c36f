import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Checkbox, Empty, Space, Table, Tag, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { Problem } from '../parts/problem'
import { ReasonButton, RevealButton } from '../parts/reason'
import { Moment } from '../parts/time'
import { useMe, useRole } from '../shell/me'
import { useText } from '../shell/text'
import { CallLink } from '../tickets/call'
import { isLate } from './late'

type Owed = Schema<'OwedCallback'>

/** Who is owed a call, by his own wish or an agent's promise: they are called in their turn; a leader may take it back. */
export function Callbacks() {
  const t = useText('followups')
  const { role } = useMe()
  const leads = useRole('shift_leader', 'administrator')
  const reveals = useRole('shift_leader', 'administrator', 'auditor')
  const queries = useQueryClient()
  const [owed, setOwed] = useState(true)
  const [reason, setReason] = useState('')
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['callbacks', owed, reason], refetchInterval: reason ? false : 5_000, staleTime: reason ? Infinity : undefined,
    queryFn: async () => (await ask(api.GET('/api/v1/callbacks', { params: { query: { owed, limit: 1000, ...(reason ? { reveal: reason } : {}) } } }))).callbacks,
  })
  async function cancel(call: string, why: string) {
    await ask(api.DELETE('/api/v1/callbacks/{call}', { params: { path: { call }, query: { reason: why } } }))
    await queries.invalidateQueries({ queryKey: ['callbacks'] })
  }
  const result = (name?: string) => (name ? t(`callbacks.results.${name}`, { defaultValue: t(`lines.${name}`, { defaultValue: name }) }) : '–')
  const columns: TableColumnsType<Owed> = [
    { title: t('callbacks.asked'), dataIndex: 'asked_at', render: (at: string) => <Moment at={at} /> },
    { title: t('callbacks.queue'), dataIndex: 'queue' },
    { title: t('col.number'), dataIndex: 'number', className: 'tabular' },
    { title: t('col.attempts'), dataIndex: 'attempts' },
    { title: t('callbacks.last'), dataIndex: 'last_result', render: result },
    { title: t('callbacks.promisedBy'), dataIndex: 'promised_by', render: (agent?: string) => agent || t('callbacks.asker') },
    { title: t('callbacks.until'), dataIndex: 'promised_until', render: (at: string | null, c) => (
      <Space size={4}><Moment at={at} />{isLate(c, Date.now()) && <Tag color="red">{t('callbacks.late')}</Tag>}</Space>
    ) },
    { title: t('callbacks.dueAt'), dataIndex: 'due_at', render: (at: string | null) => <Moment at={at} /> },
    { title: t('callbacks.result'), key: 'result', render: (_, c) => (c.ended_at ? <Space>{result(c.result)}<Moment at={c.ended_at} /></Space> : '–') },
    { title: t('callbacks.call'), dataIndex: 'call', render: (call: string) => <CallLink call={call} /> },
    ...(['administrator', 'auditor'].includes(role) ? [{ title: t('col.company'), dataIndex: 'company' }] : []),
    ...(leads ? [{
      title: t('col.orders'), key: 'orders', render: (_: unknown, c: Owed) => !c.ended_at && (
        <ReasonButton size="small" danger title={t('callbacks.cancel')} label={t('callbacks.cancelReason')} done={t('callbacks.cancelled')} onReason={(why) => cancel(c.call, why)} />
      ),
    }] : []),
  ]
  return (
    <>
      <Space style={{ marginBottom: 12 }}>
        <Checkbox checked={owed} onChange={(e) => setOwed(e.target.checked)}>{t('callbacks.owedOnly')}</Checkbox>
        {reveals && <RevealButton revealed={reason !== ''} onReveal={setReason} />}
      </Space>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      <Table<Owed> size="small" rowKey="call" columns={columns} dataSource={[...(data ?? [])].reverse()} loading={isPending} scroll={{ x: 'max-content' }}
        pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }} locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('none.callbacks')} /> }} />
    </>
  )
}
