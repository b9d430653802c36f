import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Empty, Form, Input, Select, Space, Table, Tag, type TableColumnsType } from 'antd'
import { useEffect, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { api, ask } from '../api/client'
import { ExportButton } from '../parts/export'
import { Head } from '../parts/page'
import { Problem } from '../parts/problem'
import { RevealButton } from '../parts/reason'
import { Moment } from '../parts/time'
import { useMe, useRole } from '../shell/me'
import { useText } from '../shell/text'
import { flags, search, type Customer, type Search } from './card'
import { CreateDialog } from './create'
import { ImportDialog } from './import'

/** Customers: searched, made, taken from tables. */
export default function CustomersPage() {
  const t = useText('customers')
  const { role } = useMe()
  const all = ['administrator', 'auditor'].includes(role)
  const [params, setParams] = useSearchParams()
  const navigate = useNavigate()
  const asked = search(params)
  const [reason, setReason] = useState('')
  const [open, setOpen] = useState<'create' | 'import' | null>(null)
  const creates = useRole('agent', 'shift_leader', 'administrator')
  const imports = useRole('shift_leader', 'operator', 'administrator')
  const reveals = useRole('shift_leader', 'administrator', 'auditor')
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['customers', 'list', asked, reason], placeholderData: keepPreviousData, staleTime: reason ? Infinity : undefined,
    queryFn: () => ask(api.GET('/api/v1/customers', { params: { query: { ...asked, limit: 100, ...(reason ? { reveal: reason } : {}) } } })),
  })
  const list = data?.customers ?? []
  const columns: TableColumnsType<Customer> = [
    { title: t('field.name'), key: 'name', render: (_, c) => <Link to={`/customers/${encodeURIComponent(c.id)}`}>{c.name || t('noName')}</Link> },
    { title: t('field.numbers'), key: 'numbers', className: 'tabular', render: (_, c) => c.numbers?.join(' · ') },
    { title: t('field.address'), dataIndex: 'address' },
    { title: t('field.account'), dataIndex: 'account' },
    { title: t('field.flags'), key: 'flags', render: (_, c) => <Flags of={c.flags} /> },
    ...(all ? [{ title: t('field.company'), dataIndex: 'company' }] : []),
    { title: t('field.changed_at'), dataIndex: 'changed_at', render: (at: string) => <Moment at={at} /> },
  ]
  const searched = Object.keys(asked).length > 0
  return (
    <>
      <Head title={t('title')}>
        {creates && <Button type="primary" onClick={() => setOpen('create')}>{t('create')}</Button>}
        {imports && <Button onClick={() => setOpen('import')}>{t('import.open')}</Button>}
        <ExportButton what="customers" company={asked.company} />
        {reveals && <RevealButton revealed={reason !== ''} onReveal={setReason} />}
      </Head>
      <SearchForm asked={asked} all={all} onSearch={(s) => setParams(Object.entries(s).filter((e): e is [string, string] => !!e[1]))} />
      {error && <Problem error={error} onRetry={() => (reason ? setReason('') : void refetch())} />}
      <Table<Customer> size="small" rowKey="id" columns={columns} dataSource={error ? [] : list} loading={isPending} pagination={false} scroll={{ x: 'max-content' }}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(searched ? 'none' : 'noneAtAll')} /> }}
        footer={asked.after || data?.more ? () => (
          <Space>
            {asked.after && <Button size="small" onClick={() => setParams((p) => { const next = new URLSearchParams(p); next.delete('after'); return next })}>{t('first')}</Button>}
            {data?.more && <Button size="small" onClick={() => setParams((p) => { const next = new URLSearchParams(p); next.set('after', list[list.length - 1]?.id ?? ''); return next })}>{t('more')}</Button>}
          </Space>
        ) : undefined} />
      {open === 'create' && <CreateDialog onClose={() => setOpen(null)} onCreated={(c) => void navigate(`/customers/${encodeURIComponent(c.id)}`)} />}
      {open === 'import' && <ImportDialog onClose={() => setOpen(null)} />}
    </>
  )
}

export function Flags({ of }: { of: string[] | null }) {
  const t = useText('customers')
  return <Space size={4} wrap>{(of ?? []).map((f) => <Tag key={f} color={f === 'vip' ? 'gold' : f === 'in_need' ? 'blue' : 'default'}>{t(`flags.${f}`, { defaultValue: f })}</Tag>)}</Space>
}

function SearchForm({ asked, all, onSearch }: { asked: Search; all: boolean; onSearch: (s: Search) => void }) {
  const t = useText('customers')
  const numbers = useMe().role !== 'operator' // who sees none finds nobody by his
  const [form] = Form.useForm<Search>()
  const key = JSON.stringify(asked)
  useEffect(() => {
    form.resetFields()
    form.setFieldsValue(JSON.parse(key) as Search)
  }, [form, key])
  const text = (name: 'number' | 'name' | 'address' | 'account' | 'company') => (
    <Form.Item name={name}><Input allowClear aria-label={t(`field.${name}`)} placeholder={t(`field.${name}`)} style={{ width: 150 }} inputMode={name === 'number' ? 'tel' : undefined} autoComplete="off" /></Form.Item>
  )
  return (
    <Form<Search> form={form} layout="inline" role="search" onFinish={onSearch} style={{ marginBottom: 12, rowGap: 8 }}>
      {numbers && text('number')}{text('name')}{text('address')}{text('account')}{all && text('company')}
      <Form.Item name="flag"><Select allowClear aria-label={t('field.flag')} placeholder={t('field.flag')} style={{ width: 130 }} options={flags.map((f) => ({ value: f, label: t(`flags.${f}`) }))} /></Form.Item>
      <Button type="primary" htmlType="submit">{t('shell:search')}</Button>
    </Form>
  )
}
