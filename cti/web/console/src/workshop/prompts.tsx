import { useQuery } from '@tanstack/react-query'
import { Button, Input, Select, Table, Tag } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { api, ask, type Schema } from '../api/client'
import { Head } from '../parts/page'
import { Problem } from '../parts/problem'
import { lengthOf } from '../parts/time'
import { useRole } from '../shell/me'
import { useText } from '../shell/text'
import { useDrafted } from './draft/context'
import { Workshop } from './frame'
import { NewPrompt } from './prompts/new'
import { PromptDrawer } from './prompts/prompt'
import { plays } from './prompts/mark'

type Prompt = Schema<'PromptView'>

export default function PromptsPage() {
  return <Workshop><Prompts /></Workshop>
}

function Prompts() {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const everywhere = useRole('administrator', 'auditor')
  const may = useRole('operator', 'administrator')
  const [params, setParams] = useSearchParams()
  const [adding, setAdding] = useState(false)
  const company = params.get('company') ?? ''
  const search = params.get('q') ?? ''
  const state = params.get('state') ?? ''
  const set = (change: Record<string, string>) => setParams((old) => {
    const next = new URLSearchParams(old)
    for (const [k, v] of Object.entries(change)) {
      if (v) next.set(k, v)
      else next.delete(k)
    }
    return next
  }, { replace: true })
  const prompts = useQuery({ queryKey: ['prompts', company], queryFn: () => ask(api.GET('/api/v1/prompts', { params: { query: { company: company || undefined } } })) })
  const shown = (prompts.data?.prompts ?? []).filter((p) => p.name.includes(search)
    && (!state || (state === 'placeholder' ? p.voice === 'placeholder' : state === 'used' ? p.used.length > 0 : p.plays === state)))
  const open = params.get('name')
  return (
    <>
      <Head title={t('menu.prompts')}>
        <Input.Search allowClear style={{ width: 200 }} aria-label={t('shell:search')} defaultValue={search} onSearch={(q) => set({ q })} />
        <Select allowClear style={{ width: 160 }} aria-label={t('prompts.state')} placeholder={t('prompts.state')} value={state || undefined} onChange={(s?: string) => set({ state: s ?? '' })}
          options={['placeholder', 'missing', 'own', 'used'].map((value) => ({ value, label: t(`prompts.only.${value}`) }))} />
        {everywhere && (
          <Select allowClear style={{ width: 180 }} aria-label={t('company')} placeholder={t('prompts.everybody')} value={company || undefined} onChange={(c?: string) => set({ company: c ?? '' })}
            options={(plan.companies ?? []).map((c) => ({ value: c.id, label: c.name ?? c.id }))} />
        )}
        {may && <Button type="primary" onClick={() => setAdding(true)}>{t('prompts.new')}</Button>}
      </Head>
      {prompts.error ? <Problem error={prompts.error} onRetry={() => void prompts.refetch()} /> : (
        <Table<Prompt> size="small" loading={prompts.isLoading} rowKey={(p) => `${p.language}/${p.company ?? ''}/${p.name}`} dataSource={shown} scroll={{ x: true }} locale={{ emptyText: t('prompts.none') }}
          pagination={{ pageSize: 50, hideOnSinglePage: true }}
          columns={[
            { title: t('prompts.name'), dataIndex: 'name', render: (name: string, p) => <Button type="link" size="small" onClick={() => set({ name, language: p.language, of: p.company ?? '' })}>{name}</Button> },
            { title: t('prompts.language'), dataIndex: 'language' },
            { title: t('company'), dataIndex: 'company', render: (c?: string) => c ?? t('prompts.everybody') },
            { title: t('prompts.plays'), render: (_, p) => <Tag color={plays[p.plays]}>{t(`prompts.play.${p.plays.replace("'", '')}`)}</Tag> },
            { title: t('prompts.voice'), render: (_, p) => (p.voice === 'placeholder' ? <Tag color="warning">{t('prompts.placeholder')}</Tag> : p.voice && t('prompts.person')) },
            { title: t('prompts.length'), dataIndex: 'length_ms', render: (ms?: number) => (ms ? lengthOf(ms) : '') },
            { title: t('prompts.used'), render: (_, p) => (p.used.length === 0 ? <span className="fine">{t('prompts.unused')}</span> : <span className="fine">{[...new Set(p.used.map((u) => u.where))].slice(0, 3).join('; ')}{p.used.length > 3 ? ' …' : ''}</span>) },
          ]} />
      )}
      {open && <PromptDrawer id={{ name: open, language: (params.get('language') ?? undefined) as 'zh' | 'en' | undefined, company: params.get('of') ?? undefined }} onClose={() => set({ name: '', language: '', of: '' })} />}
      {adding && <NewPrompt onClose={() => setAdding(false)} onAdded={(p) => {
        setAdding(false)
        set({ name: p.name, language: p.language ?? '', of: p.company ?? '' })
      }} company={company} />}
    </>
  )
}
