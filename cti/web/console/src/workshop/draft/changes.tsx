import { Table, Tag, Typography } from 'antd'
import { Link } from 'react-router'
import type { Schema } from '../../api/client'
import { useText } from '../../shell/text'
import type { Plan } from '../plan'
import { linkOf } from './fault'

type Row = Schema<'ConfigChange'>

const colours = { added: 'green', removed: 'red', changed: 'blue' } as const

/** What differs, place by place. With a plan the places lead to their pages. */
export function Changes({ changes, plan, onLeave }: { changes: Row[]; plan?: Plan; onLeave?: () => void }) {
  const t = useText('workshop')
  return (
    <Table<Row> size="small" rowKey={(c) => c.place + c.what} dataSource={changes} pagination={changes.length > 20 ? { pageSize: 20 } : false}
      locale={{ emptyText: t('changes.none') }} scroll={{ x: true }}
      columns={[
        { title: t('changes.what'), dataIndex: 'what', width: 90, render: (w: Row['what']) => <Tag color={colours[w]}>{t(`changes.${w}`)}</Tag> },
        {
          title: t('changes.place'), dataIndex: 'place',
          render: (place: string, c) => (
            <>
              {plan && c.what !== 'removed' ? <Link to={linkOf(place, plan)} onClick={onLeave}>{place}</Link> : <span>{place}</span>}
              {!c.live && <Tag color="warning">{t('changes.restart')}</Tag>}
            </>
          ),
        },
        { title: t('changes.old'), dataIndex: 'old', render: (v?: string) => v && <Typography.Text className="was fine" ellipsis={{ tooltip: v }} style={{ maxWidth: 260 }}>{v}</Typography.Text> },
        { title: t('changes.new'), dataIndex: 'new', render: (v?: string) => v && <Typography.Text className="fine" ellipsis={{ tooltip: v }} style={{ maxWidth: 260 }}>{v}</Typography.Text> },
      ]} />
  )
}
