import { Table, Typography } from 'antd'
import { Moment } from '../parts/time'
import { useText } from '../shell/text'
import type { CallRecord } from './timeline'

/** Corrections: the record itself stays as it is. */
export function Amendments({ record }: { record: CallRecord }) {
  const t = useText('calls')
  const list = record.amendments ?? []
  if (list.length === 0) return <Typography.Text type="secondary">{t('noAmendments')}</Typography.Text>
  return (
    <Table
      size="small" rowKey="id" dataSource={list} pagination={false} scroll={{ x: 'max-content' }}
      columns={[
        { title: t('time'), key: 'at', render: (_, a) => <Moment at={a.made_at} /> },
        { title: t('author'), dataIndex: 'author' },
        { title: t('shell:reason'), dataIndex: 'reason' },
        { title: t('what'), key: 'body', render: (_, a) => <Typography.Paragraph style={{ maxWidth: '48rem', margin: 0, wordBreak: 'break-word' }} ellipsis={{ rows: 2, expandable: 'collapsible' }}>{a.body}</Typography.Paragraph> },
      ]}
    />
  )
}
