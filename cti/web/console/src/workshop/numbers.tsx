import { Button, Table, Tag } from 'antd'
import { Link } from 'react-router'
import { Head } from '../parts/page'
import { useText } from '../shell/text'
import { useDrafted, useMay } from './draft/context'
import { Workshop } from './frame'
import { NumberEntry } from './number'
import { fresh } from './parts/entry'
import { useOpen } from './parts/open'
import { useOwnCompany } from './parts/companyfield'
import type { Line } from './plan'

export default function NumbersPage() {
  return <Workshop><Numbers /></Workshop>
}

function Numbers() {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const may = useMay()
  const own = useOwnCompany()
  const [open, setOpen, close] = useOpen()
  return (
    <>
      <Head title={t('menu.numbers')}>{own && <Button type="primary" onClick={() => setOpen(fresh)}>{t('numbers.new')}</Button>}</Head>
      <Table<Line> size="small" rowKey="did" dataSource={plan.lines ?? []} pagination={false} scroll={{ x: true }} locale={{ emptyText: t('numbers.none') }}
        columns={[
          { title: t('numbers.did'), dataIndex: 'did', render: (did: string) => <Button type="link" size="small" onClick={() => setOpen(did)}>{did}</Button> },
          { title: t('company'), dataIndex: 'company' },
          { title: t('numbers.mode'), dataIndex: 'mode', render: (m: string, l) => <>{t(`numbers.${m}`)} {l.emergency && <Tag color="red">{t('numbers.emergency')}</Tag>}</> },
          { title: t('numbers.queue'), dataIndex: 'queue', render: (q: string) => <Link to={`/workshop/queues?open=${encodeURIComponent(q)}`}>{q}</Link> },
          { title: t('numbers.flow'), dataIndex: 'flow', render: (f?: string) => f && <Link to={`/workshop/flows/${encodeURIComponent(f)}`}>{f}</Link> },
          { title: t('numbers.greeting'), dataIndex: 'greeting' },
          { title: t('numbers.announce'), dataIndex: 'announce', render: (a?: boolean) => (a ? t('yes') : '') },
          { title: t('actions'), render: (_, l) => <Button size="small" onClick={() => setOpen(l.did)}>{t(may(l.company) ? 'edit' : 'look')}</Button> },
        ]} />
      <NumberEntry open={open} onClose={close} company={own} />
    </>
  )
}
