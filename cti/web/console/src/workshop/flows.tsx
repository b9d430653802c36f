import { Button, Popconfirm, Table, Tag } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { Head } from '../parts/page'
import { useText } from '../shell/text'
import { useDraft, useDrafted, useMay } from './draft/context'
import { check } from './flow/check'
import { NewFlow } from './flow/new'
import { Workshop } from './frame'
import { useOwnCompany } from './parts/companyfield'
import type { Flow } from './plan'

export default function FlowsPage() {
  return <Workshop><Flows /></Workshop>
}

function Flows() {
  const t = useText('workshop')
  const navigate = useNavigate()
  const draft = useDraft()
  const { plan } = useDrafted()
  const may = useMay()
  const own = useOwnCompany()
  const [adding, setAdding] = useState(false)
  const flows = plan.flows ?? []
  const linesOf = (f: Flow) => (plan.lines ?? []).filter((l) => l.flow === f.id).map((l) => l.did)
  const errorsOf = (f: Flow) => check(f, plan.companies?.find((c) => c.id === f.company)?.lookups).filter((x) => x.level === 'error').length
  return (
    <>
      <Head title={t('menu.flows')}>{own && <Button type="primary" onClick={() => setAdding(true)}>{t('flows.new')}</Button>}</Head>
      <Table<Flow> size="small" rowKey="id" dataSource={flows} pagination={false} scroll={{ x: true }} locale={{ emptyText: t('flows.none') }}
        columns={[
          { title: t('flows.id'), dataIndex: 'id', render: (id: string) => <Link to={`/workshop/flows/${encodeURIComponent(id)}`}>{id}</Link> },
          { title: t('company'), dataIndex: 'company' },
          { title: t('flows.lines'), render: (_, f) => linesOf(f).map((did) => <Tag key={did}>{did}</Tag>) },
          { title: t('flows.nodes'), render: (_, f) => f.nodes.length },
          { title: t('flows.person'), dataIndex: 'person' },
          { title: t('flows.check'), render: (_, f) => (errorsOf(f) > 0 ? <Tag color="error">{t('flows.errors', { count: errorsOf(f) })}</Tag> : <Tag color="success">{t('flows.good')}</Tag>) },
          {
            title: t('actions'), render: (_, f) => (
              <>
                <Button size="small" onClick={() => void navigate(`/workshop/flows/${encodeURIComponent(f.id)}`)}>{t(may(f.company) ? 'edit' : 'look')}</Button>{' '}
                {may(f.company) && linesOf(f).length === 0 && (
                  <Popconfirm title={t('removeAsk')} okText={t('remove')} onConfirm={() => draft.put(['hotline', 'flows', flows.indexOf(f)], undefined)}><Button size="small" danger>{t('remove')}</Button></Popconfirm>
                )}
              </>
            ),
          },
        ]} />
      {adding && <NewFlow company={own} onClose={() => setAdding(false)} />}
    </>
  )
}
