import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Flex, Table, Tag } from 'antd'
import { Link } from 'react-router'
import { api, ask, type Schema } from '../../api/client'
import { useDo } from '../../parts/problem'
import { Moment } from '../../parts/time'
import { useRole } from '../../shell/me'
import { useText } from '../../shell/text'
import { Section } from './section'

type Webhook = Schema<'WebhookStanding'>

/** How each webhook does. */
export function Webhooks() {
  const t = useText('workshop')
  const client = useQueryClient()
  const { notification } = App.useApp()
  const may = useRole('operator', 'administrator')
  const webhooks = useQuery({ queryKey: ['webhooks'], queryFn: () => ask(api.GET('/api/v1/webhooks')), refetchInterval: 15_000 })
  const renew = () => Promise.all([client.invalidateQueries({ queryKey: ['webhooks'] }), client.invalidateQueries({ queryKey: ['deliveries'] })])
  const [test] = useDo(async (name: string) => {
    await ask(api.POST('/api/v1/webhooks/{name}/test', { params: { path: { name } } }))
    await renew()
    notification.info({ title: t('health.tested', { name }) })
  })
  const [retry] = useDo(async (name: string) => {
    const { retried } = await ask(api.POST('/api/v1/webhooks/{name}/retry', { params: { path: { name } } }))
    await renew()
    notification.info({ title: t('health.retried', { count: retried }) })
  })
  return (
    <Section title={t('health.webhooks')} error={webhooks.error} onRetry={() => void webhooks.refetch()}>
      <Table<Webhook> size="small" rowKey={(w) => w.name + w.began_at} loading={webhooks.isLoading} dataSource={webhooks.data?.webhooks ?? []} pagination={false} scroll={{ x: true }} locale={{ emptyText: t('health.noWebhooks') }} columns={[
        { title: t('health.webhook'), dataIndex: 'name', render: (name: string, w) => <>{name} {w.ended_at && <Tag>{t('health.ended')}</Tag>}</> },
        { title: t('company'), dataIndex: 'company' },
        { title: t('health.waiting'), dataIndex: 'waiting', render: (n: number, w) => <Link to={`?webhook=${encodeURIComponent(w.name)}&state=waiting`}>{n}</Link> },
        { title: t('health.failed'), dataIndex: 'failed', render: (n: number, w) => <Link to={`?webhook=${encodeURIComponent(w.name)}&state=failed`}>{n}</Link> },
        { title: t('health.delivered'), dataIndex: 'delivered_at', render: (at: string | null) => <Moment at={at} /> },
        { title: t('health.refused'), render: (_, w) => w.refused_since && <><Tag color="error">{w.refused}</Tag> <Moment at={w.refused_since} /> <span className="fine">{w.last_error}</span></> },
        {
          title: t('actions'), render: (_, w) => may && !w.ended_at && (
            <Flex gap="small">
              <Button size="small" onClick={() => void test(w.name)}>{t('health.test')}</Button>
              <Button size="small" disabled={w.failed + w.refused === 0} onClick={() => void retry(w.name)}>{t('health.retry')}</Button>
            </Flex>
          ),
        },
      ]} />
    </Section>
  )
}
