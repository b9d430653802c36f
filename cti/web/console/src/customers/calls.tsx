import { Empty, Space, Table, Tag } from 'antd'
import type { Schema } from '../api/client'
import { Moment } from '../parts/time'
import { useText } from '../shell/text'
import { CallLink } from '../tickets/call'

type PastCall = Schema<'PastCall'>

/** A customer's last calls, the newest first. */
export function PastCalls({ calls }: { calls: PastCall[] }) {
  const t = useText('customers')
  return (
    <Table<PastCall> size="small" rowKey="id" dataSource={calls} pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }} scroll={{ x: 'max-content' }}
      locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('calls.none')} /> }}
      columns={[
        { title: t('calls.at'), dataIndex: 'started_at', render: (at: string) => <Moment at={at} /> },
        { title: t('calls.direction'), key: 'direction', render: (_, c) => <Space size={4}>{t(`calls.${c.direction}`, { defaultValue: c.direction })}{c.emergency && <Tag color="error">{t('calls.emergency')}</Tag>}</Space> },
        { title: t('calls.did'), dataIndex: 'did' },
        { title: t('calls.agent'), dataIndex: 'agent', render: (a: string | null) => a ?? '–' },
        { title: t('calls.result'), key: 'result', render: (_, c) => t(c.answered_at ? 'calls.answered' : c.abandoned ? 'calls.abandoned' : 'calls.unanswered') },
        { title: t('calls.call'), dataIndex: 'id', render: (id: string) => <CallLink call={id} /> },
      ]} />
  )
}
