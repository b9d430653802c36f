import { useQuery } from '@tanstack/react-query'
import { Card, Col, DatePicker, Empty, Row, Select, Space, Spin, Statistic, Table, Typography } from 'antd'
import dayjs from 'dayjs'
import { api, ask } from '../api/client'
import { Problem } from '../parts/problem'
import { useText } from '../shell/text'
import { kinds } from '../tickets/orders'

const counts = ['closed', 'owed', 'done', 'kept', 'failed', 'waived', 'waiting', 'open'] as const

/** How a month's callbacks stand, how it will end, and today's share of each agent. */
export function Rates({ month, kind, onSet }: { month: string | null; kind: string | null; onSet: (name: string, value: string | null) => void }) {
  const t = useText('followups')
  const of = month && /^[0-9]{4}-[0-9]{2}$/.test(month) ? month : undefined
  const about = kind && kinds.includes(kind) ? kind : undefined
  const { data, error, refetch } = useQuery({
    queryKey: ['follow_ups', 'rates', of, about], refetchInterval: 60_000,
    queryFn: () => ask(api.GET('/api/v1/follow_ups/rates', { params: { query: { month: of, kind: about } } })),
  })
  const percent = (x: number) => Math.round(x * 1000) / 10
  const now = !of || of === dayjs().format('YYYY-MM')
  return (
    <Space orientation="vertical" size="middle" style={{ width: '100%' }}>
      <Space wrap>
        <DatePicker picker="month" aria-label={t('rates.month')} allowClear placeholder={t('rates.month')} value={of ? dayjs(`${of}-01`) : null} onChange={(d) => onSet('month', d ? d.format('YYYY-MM') : null)} />
        <Select allowClear aria-label={t('rates.kind')} placeholder={t('rates.allKinds')} style={{ width: 140 }} value={about} options={kinds.map((k) => ({ value: k, label: t(`tickets:kinds.${k}`) }))} onChange={(k?: string) => onSet('kind', k ?? null)} />
      </Space>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Spin />}
      {data && (
        <>
          <Row gutter={[16, 16]}>
            <Col xs={12} md={6}><Card size="small"><Statistic title={t('rates.rate')} value={percent(data.rate)} suffix="%" /></Card></Col>
            <Col xs={12} md={6}><Card size="small"><Statistic title={t('rates.keptRate')} value={percent(data.kept_rate)} suffix="%" /></Card></Col>
            {now && <Col xs={12} md={6}><Card size="small"><Statistic title={t('rates.forecastRate')} value={percent(data.forecast.rate)} suffix="%" /><Typography.Text type="secondary">{t('rates.forecastHint', { closed: data.forecast.closed, done: data.forecast.done })}</Typography.Text></Card></Col>}
            {now && <Col xs={12} md={6}><Card size="small"><Statistic title={t('rates.quota')} value={data.quota} /></Card></Col>}
          </Row>
          <Row gutter={[16, 16]}>{counts.map((name) => <Col key={name} xs={12} sm={6} lg={3}><Statistic title={t(`rates.${name}`)} value={data[name]} /></Col>)}</Row>
          {now && (
            <Table size="small" rowKey="agent" title={() => <h2 style={{ margin: 0, fontSize: 14 }}>{t('rates.shares')}</h2>} pagination={false} dataSource={data.shares ?? []}
              columns={[{ title: t('rates.agent'), dataIndex: 'agent' }, { title: t('rates.calls'), dataIndex: 'calls' }]} locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('rates.noShares')} /> }} />
          )}
        </>
      )}
    </Space>
  )
}
