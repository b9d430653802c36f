import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Popconfirm, Tabs } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { api, ask } from '../api/client'
import { Head } from '../parts/page'
import { Problem, useDo } from '../parts/problem'
import { RevealButton } from '../parts/reason'
import { useNow } from '../parts/time'
import { useMe, useRole } from '../shell/me'
import { useText } from '../shell/text'
import { openAttempt, partOf, type Part } from './attempt'
import { Callbacks } from './callbacks'
import { FollowUpList } from './list'
import { One } from './one'
import { Rates } from './rates'
import { Surveys } from './surveys'

const parts: Part[] = ['mine', 'today', 'overdue', 'owed', 'ended']

/** Who is called back: about what was done for them, and those whom a queue has promised it. */
export default function FollowUpsPage() {
  const t = useText('followups')
  const me = useMe()
  const agent = me.role === 'agent'
  const [params, setParams] = useSearchParams()
  const tabs = [...parts.filter((p) => agent || p !== 'mine'), 'callbacks', 'rates', 'surveys'] as const
  const tab = tabs.find((x) => x === params.get('tab')) ?? (agent ? 'mine' : 'today')
  const set = (name: string, value: string | null) => setParams((p) => {
    const next = new URLSearchParams(p)
    if (value === null) next.delete(name)
    else next.set(name, value)
    return next
  })
  const part = parts.find((p) => p === tab)
  return (
    <>
      <Head title={t('title')}><DealButton /></Head>
      <Tabs activeKey={tab} onChange={(key) => set('tab', key)} items={tabs.map((key) => ({ key, label: t(`tab.${key}`) }))} />
      {part && <List key={part === 'ended' ? 'ended' : 'owed'} part={part} open={params.get('open')} onOpen={(id) => set('open', id)} />}
      {tab === 'callbacks' && <Callbacks />}
      {tab === 'surveys' && <Surveys open={params.get('survey')} onOpen={(survey) => set('survey', survey)} />}
      {tab === 'rates' && <Rates month={params.get('month')} kind={params.get('kind')} onSet={set} />}
    </>
  )
}

function List({ part, open, onOpen }: { part: Part; open: string | null; onOpen: (id: string | null) => void }) {
  const me = useMe()
  const now = useNow()
  const [reason, setReason] = useState('')
  const ended = part === 'ended'
  const mine = part === 'mine'
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['follow_ups', ended, mine, reason], staleTime: reason ? Infinity : undefined,
    // What is being called, or looked at, changes from one moment to the next. Whole numbers are
    // not read again by themselves: each time is on record.
    refetchInterval: ({ state }) => (reason ? false : open || state.data?.some((f) => f.state === 'calling' || f.state === 'confirming') ? 3_000 : 15_000),
    queryFn: async () => (await ask(api.GET('/api/v1/follow_ups', {
      params: { query: { ...(ended ? { since: dayjs().subtract(31, 'day').format() } : { owed: true }), ...(mine ? { agent: me.number } : {}), limit: 1000, ...(reason ? { reveal: reason } : {}) } },
    }))).follow_ups,
  })
  const may = useRole('shift_leader', 'administrator', 'auditor') || (mine && me.role === 'agent')
  const list = partOf(data ?? [], part, me.number, now, dayjs(now).endOf('day').valueOf())
  if (ended) list.reverse() // the newest first
  const one = open ? data?.find((f) => f.id === open) : undefined
  return (
    <>
      {may && <p><RevealButton revealed={reason !== ''} onReveal={setReason} /></p>}
      {error && <Problem error={error} onRetry={() => (reason ? setReason('') : void refetch())} />}
      <FollowUpList list={list} part={part} loading={isPending} onOpen={(f) => onOpen(f.id)} />
      {open && !isPending && <One followUp={one} attempt={one && openAttempt(one)} onClose={() => onOpen(null)} />}
    </>
  )
}

/** Deals today's callbacks among the agents at work: a leader's. */
function DealButton() {
  const t = useText('followups')
  const { message } = App.useApp()
  const queries = useQueryClient()
  const leads = useRole('shift_leader', 'administrator')
  const [deal, dealing] = useDo(async () => {
    const { dealt } = await ask(api.POST('/api/v1/follow_ups/deal', {}))
    await queries.invalidateQueries({ queryKey: ['follow_ups'] })
    void message.success(t('dealt', { count: dealt }))
  })
  if (!leads) return null
  return <Popconfirm title={t('dealSure')} okText={t('deal')} cancelText={t('shell:cancel')} onConfirm={() => void deal()}><Button loading={dealing}>{t('deal')}</Button></Popconfirm>
}
