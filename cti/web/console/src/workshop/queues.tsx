import { Button, Table, Tag, Tooltip } from 'antd'
import { Head } from '../parts/page'
import { useText } from '../shell/text'
import { useDrafted, useMay } from './draft/context'
import { Workshop } from './frame'
import { useOwnCompany } from './parts/companyfield'
import { fresh } from './parts/entry'
import { useOpen } from './parts/open'
import { shortSpan } from './parts/span'
import { serve } from './people/serve'
import { QueueEntry } from './people/queue'
import type { Queue } from './plan'

export default function QueuesPage() {
  return <Workshop><Queues /></Workshop>
}

function Queues() {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const may = useMay()
  const own = useOwnCompany()
  const [open, setOpen, close] = useOpen()
  return (
    <>
      <Head title={t('menu.queues')}>{own && <Button type="primary" onClick={() => setOpen(fresh)}>{t('queues.new')}</Button>}</Head>
      <Table<Queue> size="small" rowKey="id" dataSource={plan.queues ?? []} pagination={false} scroll={{ x: true }} locale={{ emptyText: t('queues.none') }}
        columns={[
          { title: t('queues.id'), dataIndex: 'id', render: (id: string) => <Button type="link" size="small" onClick={() => setOpen(id)}>{id}</Button> },
          { title: t('company'), dataIndex: 'company' },
          {
            title: t('queues.serve'), render: (_, q) => {
              const who = serve(q, plan.agents ?? [])
              return <Tooltip title={who.join(', ')}><span>{who.length === 0 ? <Tag color="warning">{t('queues.nobody')}</Tag> : who.length}</span></Tooltip>
            },
          },
          { title: t('queues.skill'), dataIndex: 'skill', render: (s: string | undefined, q) => s && `${s} ≥ ${q.level ?? 1}` },
          { title: t('queues.strategy'), dataIndex: 'strategy', render: (s?: string) => t(`queues.strategies.${s || 'longest_idle'}`) },
          { title: t('queues.maxWait'), dataIndex: 'max_wait', render: (s?: string) => s && shortSpan(s) },
          { title: t('queues.overflow'), render: (_, q) => q.overflow_to ?? q.overflow_number ?? (q.overflow_voicemail ? t('queues.voicemail') : q.overflow_callback ? t('queues.callback') : '') },
          { title: t('queues.onCall'), render: (_, q) => q.on_call?.chain?.join(' → ') },
          { title: t('actions'), render: (_, q) => <Button size="small" onClick={() => setOpen(q.id)}>{t(may(q.company) ? 'edit' : 'look')}</Button> },
        ]} />
      <QueueEntry open={open} onClose={close} company={own} />
    </>
  )
}
