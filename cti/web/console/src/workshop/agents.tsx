import { Button, Input, Table, Tag } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { Head } from '../parts/page'
import { useText } from '../shell/text'
import { useDrafted, useMay } from './draft/context'
import { Workshop } from './frame'
import { useOwnCompany } from './parts/companyfield'
import { fresh } from './parts/entry'
import { useOpen } from './parts/open'
import { AgentEntry } from './people/agent'
import { DeskPhone } from './people/deskphone'
import type { Agent } from './plan'

export default function AgentsPage() {
  return <Workshop><Agents /></Workshop>
}

function Agents() {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const may = useMay()
  const own = useOwnCompany()
  const [open, setOpen, close] = useOpen()
  const [phone, setPhone] = useState<Agent | null>(null)
  const [params, setParams] = useSearchParams()
  const search = params.get('q') ?? ''
  const queues = plan.queues ?? []
  const shown = (plan.agents ?? []).filter((a) => !search || [a.id, a.name ?? '', a.company, ...Object.keys(a.skills ?? {})].some((s) => s.includes(search)))
  return (
    <>
      <Head title={t('menu.agents')}>
        <Input.Search allowClear style={{ width: 220 }} aria-label={t('shell:search')} placeholder={t('agents.search')} defaultValue={search}
          onSearch={(q) => setParams(q ? { q } : {}, { replace: true })} />
        {own && <Button type="primary" onClick={() => setOpen(fresh)}>{t('agents.new')}</Button>}
      </Head>
      <Table<Agent> size="small" rowKey="id" dataSource={shown} pagination={{ pageSize: 50, hideOnSinglePage: true }} scroll={{ x: true }} locale={{ emptyText: t('agents.none') }}
        columns={[
          { title: t('agents.id'), dataIndex: 'id', render: (id: string) => <Button type="link" size="small" onClick={() => setOpen(id)}>{id}</Button> },
          { title: t('agents.name'), render: (_, a) => <>{a.name} {a.leader && <Tag>{t('agents.leader')}</Tag>}</> },
          { title: t('company'), dataIndex: 'company' },
          { title: t('agents.queues'), render: (_, a) => queues.filter((q) => q.members?.includes(a.id)).map((q) => <Tag key={q.id}>{q.id}</Tag>) },
          { title: t('agents.skills'), render: (_, a) => Object.entries(a.skills ?? {}).map(([s, l]) => <Tag key={s}>{s} {l}</Tag>) },
          { title: t('agents.autoReady'), dataIndex: 'auto_ready', render: (v?: boolean) => (v ? t('yes') : '') },
          { title: t('agents.autoAnswer'), dataIndex: 'auto_answer', render: (v?: boolean) => (v ? t('yes') : '') },
          { title: t('agents.phone'), dataIndex: 'webrtc', render: (v?: boolean) => t(v ? 'agents.browser' : 'agents.sip') },
          {
            title: t('actions'), render: (_, a) => (
              <>
                <Button size="small" onClick={() => setOpen(a.id)}>{t(may(a.company) ? 'edit' : 'look')}</Button>{' '}
                <Button size="small" onClick={() => setPhone(a)}>{t('agents.setUp')}</Button>
              </>
            ),
          },
        ]} />
      <AgentEntry open={open} onClose={close} company={own} />
      {phone && <DeskPhone agent={phone} onClose={() => setPhone(null)} />}
    </>
  )
}
