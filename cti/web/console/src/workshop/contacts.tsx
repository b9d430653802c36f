import { Button, Table } from 'antd'
import { Head } from '../parts/page'
import { useText } from '../shell/text'
import { ContactEntry } from './contacts/entry'
import { useDrafted, useMay } from './draft/context'
import { Workshop } from './frame'
import { useOwnCompany } from './parts/companyfield'
import { fresh } from './parts/entry'
import { useOpen } from './parts/open'
import { nameOf, type Contact } from './plan'

export default function ContactsPage() {
  return <Workshop><Contacts /></Workshop>
}

function Contacts() {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const may = useMay()
  const own = useOwnCompany()
  const [open, setOpen, close] = useOpen()
  const name = (c: Contact) => nameOf('contacts', c)
  return (
    <>
      <Head title={t('menu.contacts')}>{own && <Button type="primary" onClick={() => setOpen(fresh)}>{t('contacts.new')}</Button>}</Head>
      <p className="fine">{t('contacts.hint')}</p>
      <Table<Contact> size="small" rowKey={name} dataSource={plan.contacts ?? []} pagination={{ pageSize: 50, hideOnSinglePage: true }} scroll={{ x: true }} locale={{ emptyText: t('contacts.none') }}
        columns={[
          { title: t('contacts.id'), dataIndex: 'id', render: (id: string, c) => <Button type="link" size="small" onClick={() => setOpen(name(c))}>{id}</Button> },
          { title: t('contacts.name'), dataIndex: 'name' },
          { title: t('contacts.number'), dataIndex: 'number', className: 'tabular' },
          { title: t('company'), dataIndex: 'company' },
          { title: t('actions'), render: (_, c) => <Button size="small" aria-label={`${t(may(c.company) ? 'edit' : 'look')} ${c.id}`} onClick={() => setOpen(name(c))}>{t(may(c.company) ? 'edit' : 'look')}</Button> },
        ]} />
      <ContactEntry open={open} onClose={close} company={own} />
    </>
  )
}
