import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Empty, Input, Select, Space } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { Head } from '../parts/page'
import { Problem } from '../parts/problem'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { people, type Account, type AccountLink } from './api'
import { AccountForm } from './form'
import { LinkShown } from './link'
import { companiesOf, found, givable, type State } from './rules'
import { AccountTable } from './table'

const states: State[] = ['inUse', 'link', 'none', 'disabled']

/** The accounts that somebody keeps. */
export default function People() {
  const t = useText('people')
  const me = useMe()
  const client = useQueryClient()
  const [query, setQuery] = useSearchParams()
  const [link, setLink] = useState<AccountLink | null>(null)
  const [adding, setAdding] = useState(false)
  const { data, error, isPending, refetch } = useQuery({ queryKey: ['accounts'], queryFn: people.list })
  const renew = () => void client.invalidateQueries({ queryKey: ['accounts'] })

  const set = (name: string, value?: string) => setQuery((q) => {
    if (value) q.set(name, value)
    else q.delete(name)
    return q
  }, { replace: true })
  const get = (name: string) => query.get(name) ?? ''
  const accounts: Account[] = data?.accounts ?? []
  const shown = found(accounts, { text: get('q'), role: get('role'), company: get('company'), state: get('state') }, Date.now())
  const edited = accounts.find((a) => a.number === get('edit'))
  const companies = companiesOf(accounts)

  return (
    <>
      <Head title={t('title')}>
        <Button type="primary" onClick={() => setAdding(true)}>{t('add')}</Button>
      </Head>
      <Space wrap style={{ marginBottom: 12 }}>
        <Input.Search aria-label={t('searchHint')} placeholder={t('searchHint')} allowClear defaultValue={get('q')} onChange={(e) => set('q', e.target.value)} />
        <Select aria-label={t('roleOf')} style={{ width: 160 }} value={get('role')} onChange={(v) => set('role', v)}
          options={[{ value: '', label: t('allRoles') }, ...givable(me.role).map((r) => ({ value: r as string, label: t(`shell:role.${r}`) }))]} />
        {companies.length > 1 && <Select aria-label={t('company')} style={{ width: 160 }} value={get('company')} onChange={(v) => set('company', v)}
          options={[{ value: '', label: t('allCompanies') }, ...companies.map((c) => ({ value: c, label: c }))]} />}
        <Select aria-label={t('stateOf')} style={{ width: 160 }} value={get('state')} onChange={(v) => set('state', v)}
          options={[{ value: '', label: t('allStates') }, ...states.map((s) => ({ value: s as string, label: t(`state.${s}`) }))]} />
      </Space>
      {error ? <Problem error={error} onRetry={() => void refetch()} /> : (
        <AccountTable
          accounts={shown} loading={isPending} onEdit={(a) => set('edit', a.number)} onLink={setLink} onDone={renew}
          empty={<Empty description={accounts.length ? t('nothingFound') : t('none')} />}
        />
      )}
      {(adding || edited) && (
        <AccountForm
          key={edited?.number ?? 'new'} account={edited} companies={companies} queues={data?.queues ?? []}
          onClose={() => { setAdding(false); set('edit') }}
          onDone={(made) => { if (made) setLink(made); renew() }}
        />
      )}
      {link && <LinkShown link={link} onClose={() => setLink(null)} />}
    </>
  )
}
