import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Card, Popconfirm, Table, Tag } from 'antd'
import { useState } from 'react'
import { api, ask, type Schema } from '../../api/client'
import { Problem, useDo } from '../../parts/problem'
import { Moment } from '../../parts/time'
import { useRole } from '../../shell/me'
import { useText } from '../../shell/text'
import { Close } from './close'

type Row = Schema<'LineHours'>

/** How the lines stand now, and the switch that closes one at once. */
export function Closures() {
  const t = useText('workshop')
  const client = useQueryClient()
  const may = useRole('operator', 'administrator', 'shift_leader')
  const [closing, setClosing] = useState<string[] | null>(null)
  const hours = useQuery({ queryKey: ['hours'], queryFn: () => ask(api.GET('/api/v1/hours')), refetchInterval: 15_000 })
  const renew = () => client.invalidateQueries({ queryKey: ['hours'] })
  const [open, opening] = useDo(async (row: Row) => {
    const free = (what: string) => ask(api.DELETE('/api/v1/hours/{what}/closure', { params: { path: { what } } }))
    // Either may be what closes it: the line's own closure, or its calendar's.
    await free(row.line).catch(() => free(row.calendar))
    await renew()
  })
  return (
    <Card size="small" title={t('closures.title')} style={{ margin: '16px 0' }}>
      {hours.error ? <Problem error={hours.error} onRetry={() => void hours.refetch()} /> : (
        <Table<Row> size="small" rowKey="line" loading={hours.isLoading} dataSource={hours.data?.hours ?? []} pagination={false} scroll={{ x: true }} locale={{ emptyText: t('closures.none') }}
          columns={[
            { title: t('numbers.did'), dataIndex: 'line' },
            { title: t('company'), dataIndex: 'company' },
            { title: t('calendars.one'), dataIndex: 'calendar' },
            { title: t('closures.state'), render: (_, r) => <Tag color={r.open ? 'green' : r.closure ? 'red' : 'default'}>{t(r.open ? 'closures.open' : r.closure ? 'closures.closed' : 'closures.byHours')}</Tag> },
            { title: t('closures.why'), render: (_, r) => (r.closure ? `${r.closure.reason} (${r.closure.by})` : [r.name, r.rule].filter(Boolean).join(' · ')) },
            { title: t('closures.until'), render: (_, r) => <Moment at={r.closure?.until ?? r.until} /> },
            {
              title: t('actions'), render: (_, r) => may && (r.closure
                ? <Popconfirm title={t('closures.openAsk')} onConfirm={() => void open(r)}><Button size="small" loading={opening}>{t('closures.reopen')}</Button></Popconfirm>
                : <Button size="small" danger onClick={() => setClosing([r.line, r.calendar])}>{t('closures.close')}</Button>),
            },
          ]} />
      )}
      {closing && <Close what={closing} onClose={() => setClosing(null)} onDone={renew} />}
    </Card>
  )
}
