import { Button, Table, Tag } from 'antd'
import { Head } from '../parts/page'
import { useText } from '../shell/text'
import { CompanyEntry } from './companies/entry'
import { useDrafted, useMay } from './draft/context'
import { Workshop } from './frame'
import { fresh } from './parts/entry'
import { useOpen } from './parts/open'
import type { Company } from './plan'

export default function CompaniesPage() {
  return <Workshop><Companies /></Workshop>
}

function Companies() {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const may = useMay()
  const [open, setOpen, close] = useOpen()
  return (
    <>
      <Head title={t('menu.companies')}>{may('') && <Button type="primary" onClick={() => setOpen(fresh)}>{t('companies.new')}</Button>}</Head>
      <Table<Company> size="small" rowKey="id" dataSource={plan.companies ?? []} pagination={false} scroll={{ x: true }} locale={{ emptyText: t('companies.none') }}
        columns={[
          { title: t('companies.id'), dataIndex: 'id', render: (id: string) => <Button type="link" size="small" onClick={() => setOpen(id)}>{id}</Button> },
          { title: t('companies.name'), dataIndex: 'name' },
          { title: t('companies.language'), dataIndex: 'language', render: (l?: string) => l && t(`companies.languages.${l}`, { defaultValue: l }) },
          { title: t('companies.outside'), render: (_, c) => (c.outside ?? []).map((r, i) => <Tag key={i}>{t(`companies.roles.${r.role}`, { defaultValue: r.role })}: {(r.prefixes ?? []).join(' ')}</Tag>) },
          { title: t('companies.lookups'), render: (_, c) => (c.lookups ?? []).map((l) => <Tag key={l.id}>{l.id}</Tag>) },
          { title: t('companies.survey'), render: (_, c) => c.survey?.questions?.length || '' },
          { title: t('actions'), render: (_, c) => <Button size="small" aria-label={`${t(may(c.id) ? 'edit' : 'look')} ${c.id}`} onClick={() => setOpen(c.id)}>{t(may(c.id) ? 'edit' : 'look')}</Button> },
        ]} />
      <CompanyEntry open={open} onClose={close} />
    </>
  )
}
