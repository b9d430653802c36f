import { CheckCircleFilled, CloseCircleFilled, MinusCircleFilled } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Alert, Table } from 'antd'
import { ProblemError, type Schema } from '../../api/client'
import { useText } from '../../shell/text'
import { Section } from './section'

type Part = Schema<'Part'>

/** Both answers tell of the parts: 200 where a call can be taken, 503 where none can. */
async function ready(): Promise<Schema<'Ready'>> {
  const response = await fetch('/readyz')
  const body: unknown = await response.json().catch(() => null)
  if (typeof body === 'object' && body !== null && 'parts' in body) return body as Schema<'Ready'>
  throw new ProblemError(response.status, response.statusText, '')
}

export function Parts() {
  const t = useText('workshop')
  const parts = useQuery({ queryKey: ['ready'], queryFn: ready, refetchInterval: 5_000 })
  return (
    <Section title={t('health.parts')} error={parts.error} onRetry={() => void parts.refetch()}>
      {parts.data && <Alert style={{ marginBottom: 8 }} type={parts.data.ready ? 'success' : 'error'} showIcon title={t(parts.data.ready ? 'health.ready' : 'health.notReady')} />}
      <Table<Part> size="small" rowKey="name" loading={parts.isLoading} dataSource={parts.data?.parts ?? []} pagination={false} columns={[
        {
          title: t('health.state'), width: 130, render: (_, p) => (p.ok
            ? <><CheckCircleFilled style={{ color: '#52c41a' }} /> {t('health.ok')}</>
            : p.optional ? <><MinusCircleFilled style={{ color: '#faad14' }} /> {t('health.without')}</> : <><CloseCircleFilled style={{ color: '#f5222d' }} /> {t('health.down')}</>),
        },
        { title: t('health.part'), dataIndex: 'name' },
        { title: t('health.detail'), dataIndex: 'detail' },
      ]} />
    </Section>
  )
}
