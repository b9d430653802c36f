import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Select, Table, Tag } from 'antd'
import { Link, useSearchParams } from 'react-router'
import { api, ask, type Schema } from '../../api/client'
import { useDo } from '../../parts/problem'
import { Moment } from '../../parts/time'
import { useRole } from '../../shell/me'
import { useText } from '../../shell/text'
import { Section } from './section'

type Delivery = Schema<'Delivery'>
type State = 'waiting' | 'delivered' | 'failed' | 'dropped'

const states: State[] = ['waiting', 'delivered', 'failed', 'dropped']
const colours: Record<string, string> = { waiting: 'blue', delivered: 'green', failed: 'red', dropped: 'default' }

/** What webhooks are told, the newest first. */
export function Deliveries() {
  const t = useText('workshop')
  const client = useQueryClient()
  const may = useRole('operator', 'administrator')
  const [params, setParams] = useSearchParams()
  const state = states.find((s) => s === params.get('state'))
  const webhook = params.get('webhook') ?? undefined
  const deliveries = useQuery({
    queryKey: ['deliveries', webhook, state], refetchInterval: 15_000,
    queryFn: () => ask(api.GET('/api/v1/deliveries', { params: { query: { webhook, state, limit: 200 } } })),
  })
  const [retry] = useDo(async (d: Delivery) => {
    await ask(api.POST('/api/v1/webhooks/{name}/retry', { params: { path: { name: d.webhook }, query: { id: d.id } } }))
    await client.invalidateQueries({ queryKey: ['deliveries'] })
  })
  const set = (key: string, value?: string) => setParams((old) => {
    const next = new URLSearchParams(old)
    if (value) next.set(key, value)
    else next.delete(key)
    return next
  }, { replace: true })
  return (
    <Section title={t('health.deliveries')} error={deliveries.error} onRetry={() => void deliveries.refetch()} extra={
      <>
        {webhook && <Tag closable onClose={() => set('webhook')}>{webhook}</Tag>}
        <Select allowClear size="small" style={{ width: 130 }} aria-label={t('health.state')} placeholder={t('health.state')} value={state} onChange={(s?: State) => set('state', s)}
          options={states.map((value) => ({ value, label: t(`health.delivery.${value}`) }))} />
      </>
    }>
      <Table<Delivery> size="small" rowKey="id" loading={deliveries.isLoading} dataSource={[...(deliveries.data?.deliveries ?? [])].reverse()} pagination={{ pageSize: 20, hideOnSinglePage: true }} scroll={{ x: true }} locale={{ emptyText: t('health.noDeliveries') }} columns={[
        { title: t('health.state'), dataIndex: 'state', render: (s: string) => <Tag color={colours[s]}>{t(`health.delivery.${s}`, { defaultValue: s })}</Tag> },
        { title: t('health.webhook'), dataIndex: 'webhook' },
        { title: t('health.kind'), dataIndex: 'kind' },
        { title: t('health.call'), dataIndex: 'call', render: (c?: string) => c && <Link to={`/calls/${encodeURIComponent(c)}`}>{c}</Link> },
        { title: t('versions.at'), dataIndex: 'at', render: (at: string) => <Moment at={at} /> },
        { title: t('health.tries'), dataIndex: 'tries' },
        { title: t('health.error'), dataIndex: 'error', render: (e?: string) => e && <span className="fine">{e}</span> },
        { title: t('actions'), render: (_, d) => may && (d.state === 'failed' || d.state === 'waiting') && <Button size="small" onClick={() => void retry(d)}>{t('health.retry')}</Button> },
      ]} />
    </Section>
  )
}
