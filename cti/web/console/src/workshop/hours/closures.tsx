import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Card, Modal, Popconfirm, Table, Tag } from 'antd'
import { useState } from 'react'
import { api, ask, ProblemError, type Schema } from '../../api/client'
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
  // The line whose calendar is closed: others open with it, which is asked first.
  const [whole, setWhole] = useState<Row | null>(null)
  const free = (what: string) => ask(api.DELETE('/api/v1/hours/{what}/closure', { params: { path: { what } } }))
  const [open, opening] = useDo(async (row: Row) => {
    try {
      await free(row.line)
    } catch (problem) {
      if (!(problem instanceof ProblemError && problem.status === 409)) throw problem
      setWhole(row) // the line itself is not closed by anybody
    }
    await renew()
  })
  const [openWhole, openingWhole] = useDo(async (row: Row) => {
    await free(row.calendar)
    setWhole(null)
    await renew()
  })
  const withIt = (hours.data?.hours ?? []).filter((r) => r.calendar === whole?.calendar).map((r) => r.line)
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
                ? <Popconfirm title={t('closures.openAsk', { line: r.line })} onConfirm={() => void open(r)}><Button size="small" loading={opening}>{t('closures.reopen')}</Button></Popconfirm>
                : <Button size="small" danger onClick={() => setClosing([r.line, r.calendar])}>{t('closures.close')}</Button>),
            },
          ]} />
      )}
      {whole && (
        <Modal open title={t('closures.reopen')} okText={t('closures.reopen')} okButtonProps={{ danger: true, loading: openingWhole }} onOk={() => void openWhole(whole)} onCancel={() => setWhole(null)}>
          {t('closures.wholeAsk', { line: whole.line, calendar: whole.calendar, lines: withIt.join(', ') })}
        </Modal>
      )}
      {closing && <Close what={closing} onClose={() => setClosing(null)} onDone={renew} />}
    </Card>
  )
}
