import { Alert, Space, Table } from 'antd'
import { Link } from 'react-router'
import type { Schema } from '../api/client'
import { useText } from '../shell/text'

type Fault = { place: string; text: string }

/** What came of an import, or would: counts, what is wrong with which line, who is known. */
export function ImportResult({ result, faults, title, type }: { result?: Schema<'Imported'>; faults: Fault[]; title: string; type: 'error' | 'success' | 'info' }) {
  const t = useText('customers')
  const duplicates = result?.duplicates ?? []
  const counts = result && [t('import.lines', { count: result.lines }), t('import.created', { count: result.created }), t('import.changedCount', { count: result.changed }), t('import.skipped', { count: result.skipped })].join(' · ')
  const first = (shown: number, all: number) => (all > shown ? () => t('import.first', { count: shown }) : undefined)
  return (
    <Space orientation="vertical" style={{ width: '100%' }}>
      <Alert type={type} showIcon role={type === 'error' ? 'alert' : 'status'} title={title} description={counts} />
      {faults.length > 0 && (
        <Table<Fault> size="small" rowKey={(f) => f.place + f.text} dataSource={faults} pagination={{ pageSize: 10, hideOnSinglePage: true }} title={() => <strong>{t('import.faults')}</strong>}
          footer={first(faults.length, result?.faults_count ?? 0)} columns={[{ title: t('import.place'), dataIndex: 'place' }, { title: t('import.text'), dataIndex: 'text' }]} />
      )}
      {duplicates.length > 0 && (
        <Table size="small" rowKey={(d) => `${d.line}/${d.number}`} dataSource={duplicates} pagination={{ pageSize: 10, hideOnSinglePage: true }} title={() => <strong>{t('import.duplicates')}</strong>}
          footer={first(duplicates.length, result?.duplicates_count ?? 0)}
          columns={[
            { title: t('import.line'), dataIndex: 'line' }, { title: t('import.number'), dataIndex: 'number', className: 'tabular' },
            { title: t('import.customer'), dataIndex: 'customer', render: (id: string) => <Link to={`/customers/${encodeURIComponent(id)}`}>{id.slice(0, 8)}</Link> },
          ]} />
      )}
    </Space>
  )
}
