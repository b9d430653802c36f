import { EyeOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Descriptions, Empty, Tag } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, ask, type Schema } from '../api/client'
import { Problem } from '../parts/problem'
import { Moment } from '../parts/time'
import { useText } from '../shell/text'
import { Cap } from './cap'
import type { LiveCall } from './wire'

/** Who is calling: his card, open tickets, calls owed to him, and earlier calls. */
export function Caller({ call, whole, onWhole, onTake }: {
  call: LiveCall; whole: boolean; onWhole: () => void
  /** Takes who he is over into the record sheet that is open. */
  onTake?: (who: { name: string; place: string }) => void
}) {
  const t = useText('desk')
  const known = /^[+]?[0-9]{2,20}$/.test(call.caller)
  const card = useQuery({
    queryKey: ['desk', 'card', call.company, call.caller, whole], enabled: known,
    staleTime: whole ? Infinity : undefined, // each look at a whole card is on record
    queryFn: () => ask(api.GET('/api/v1/customers/by-number/{number}', {
      params: { path: { number: call.caller }, query: { company: call.company, ...(whole ? { reveal: t('card.why', { call: call.call }) } : {}) } },
    })),
  })
  const owed = useQuery({
    queryKey: ['desk', 'owed', call.company], enabled: known,
    queryFn: () => ask(api.GET('/api/v1/callbacks', { params: { query: { company: call.company, owed: true, limit: 1000 } } })),
  })
  if (!known) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('card.anonymous')} />
  if (card.error && !card.data) return <Problem error={card.error} onRetry={() => void card.refetch()} />
  if (!card.data) return <p className="desk-dim" role="status">{t('shell:loading')}</p>
  const { ours, theirs } = card.data
  const calls = (card.data.calls ?? []).filter((c) => c.id !== call.call)
  const promised = (owed.data?.callbacks ?? []).filter((c) => calls.some((p) => p.id === c.call))
  return (
    <div className="desk-caller" data-testid="caller-card">
      <div className="desk-caller-head">
        <strong>{ours?.name || t(calls.length > 0 ? 'card.noName' : 'card.first')}</strong>
        {(ours?.flags ?? []).map((f) => <Tag key={f} color="gold">{t(`flag.${f}`, { defaultValue: f })}</Tag>)}
        {!whole && (ours || theirs) && <Button size="small" icon={<EyeOutlined />} onClick={onWhole}>{t('card.whole')} <Cap>V</Cap></Button>}
      </div>
      <Card ours={ours} theirs={theirs} />
      {whole && onTake && ours && <Button size="small" onClick={() => onTake({ name: ours.name, place: ours.address })}>{t('card.take')}</Button>}
      {card.data.ours_missing && <p className="desk-dim" role="status">{t('card.oursMissing')}</p>}
      {card.data.theirs_missing && <p className="desk-dim" role="status">{t('card.theirsMissing')}</p>}
      {promised.length > 0 && <p className="desk-owed" role="status">{t('card.owed', { count: promised.length })} {promised.map((p) => <Moment key={p.call} at={p.promised_until ?? p.due_at ?? p.asked_at} />)}</p>}
      <OpenTickets tickets={card.data.tickets ?? []} />
      <Earlier calls={calls} />
    </div>
  )
}

function Card({ ours, theirs }: { ours: Schema<'Customer'> | null; theirs: Schema<'TheirCard'> | null }) {
  const t = useText('desk')
  const rows: [string, string | undefined][] = [
    [t('card.place'), ours?.address], [t('card.account'), ours?.account], [t('card.note'), ours?.note],
    [t('card.theirs'), theirs ? [theirs.name, theirs.address, theirs.account, theirs.note].filter(Boolean).join(' · ') : undefined],
    ...(theirs?.rest ?? []).map((f): [string, string] => [f.name, f.value]),
  ]
  const said = rows.filter(([, value]) => value)
  if (said.length === 0) return null
  return <Descriptions size="small" column={1} items={said.map(([label, value], key) => ({ key, label, children: <span className="lines">{value}</span> }))} />
}

function OpenTickets({ tickets }: { tickets: Schema<'Ticket'>[] }) {
  const t = useText('desk')
  return (
    <section>
      <h3>{t('card.tickets', { count: tickets.length })}</h3>
      <ul className="desk-list">
        {tickets.map((k) => (
          <li key={k.id}>
            <Link to={`/tickets/${encodeURIComponent(k.id)}`}>{t(`kind.${k.kind}`, { defaultValue: k.kind })} · {k.summary || t('card.noSummary')}</Link>
            {k.overdue && <Tag color="red">{t('overdue')}</Tag>}
            <span className="desk-dim"> {t(`ticketState.${k.state}`, { defaultValue: k.state })} <Moment at={k.opened_at} /></span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** How many earlier calls are shown at first. */
const few = 5

function Earlier({ calls }: { calls: Schema<'PastCall'>[] }) {
  const t = useText('desk')
  const [all, setAll] = useState(false)
  return (
    <section>
      <h3>{t('card.calls', { count: calls.length })}</h3>
      <ul className="desk-list">
        {(all ? calls : calls.slice(0, few)).map((c) => (
          <li key={c.id}>
            <Link to={`/calls/${encodeURIComponent(c.id)}`}><Moment at={c.started_at} /></Link>{' '}
            {t(`direction.${c.direction}`)} · {t(c.abandoned ? 'card.abandoned' : c.answered_at ? 'card.answered' : 'card.unanswered')}{c.agent && ` · ${c.agent}`}
            {c.emergency && <Tag color="red">{t('emergency')}</Tag>}
          </li>
        ))}
      </ul>
      {!all && calls.length > few && <Button type="link" size="small" onClick={() => setAll(true)}>{t('card.more', { count: calls.length - few })}</Button>}
    </section>
  )
}
