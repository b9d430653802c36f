import { useQuery } from '@tanstack/react-query'
import { Table, Tag } from 'antd'
import { api, ask, type Schema } from '../../api/client'
import { Since } from '../../parts/time'
import { useText } from '../../shell/text'
import { Section } from './section'

type Alarm = Schema<'Alarm'>

/** Alarms that stand. */
export function Alarms() {
  const t = useText('workshop')
  const alarms = useQuery({ queryKey: ['alarms'], queryFn: () => ask(api.GET('/api/v1/alarms')), refetchInterval: 5_000 })
  return (
    <Section title={t('health.alarms')} error={alarms.error} onRetry={() => void alarms.refetch()}>
      <Table<Alarm> size="small" rowKey={(a) => a.name + a.source} loading={alarms.isLoading} dataSource={alarms.data?.alarms ?? []} pagination={false} scroll={{ x: true }} locale={{ emptyText: t('health.noAlarms') }} columns={[
        { title: t('health.severity'), dataIndex: 'severity', render: (s: Alarm['severity']) => <Tag color={s === 'page' ? 'red' : 'orange'}>{t(`health.${s}`)}</Tag> },
        { title: t('health.alarm'), dataIndex: 'name' },
        { title: t('health.since'), dataIndex: 'at', render: (at: string) => <Since at={at} /> },
        { title: t('health.means'), render: (_, a) => <><div>{a.means}</div><div className="fine">{a.cause}</div></> },
        { title: t('health.advice'), dataIndex: 'advice' },
        { title: t('health.source'), dataIndex: 'source' },
      ]} />
    </Section>
  )
}
