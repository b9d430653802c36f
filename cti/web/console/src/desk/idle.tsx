import { useQuery } from '@tanstack/react-query'
import { Button, Empty, Tag } from 'antd'
import { Link } from 'react-router'
import { api, ask } from '../api/client'
import { Problem } from '../parts/problem'
import { Moment } from '../parts/time'
import { useText } from '../shell/text'

/** Where a ticket may stand that is not over. */
const unclosed = ['draft', 'open', 'forwarded', 'done'] as const

/** How many tickets of each state are asked for. */
const most = 200

/** What there is to do between calls: sheets that are drafts still, and the agent's open tickets. */
export function Idle({ me, left, onOpen }: { me: string; left: string[]; onOpen: (call: string) => void }) {
  const t = useText('desk')
  const own = useQuery({
    queryKey: ['desk', 'own', me], refetchInterval: 30_000,
    // Each state by itself: the newest of all are those that were closed today.
    queryFn: () => Promise.all(unclosed.map((state) => ask(api.GET('/api/v1/tickets', { params: { query: { owner: me, state, limit: most } } })))),
  })
  if (own.error && !own.data) return <Problem error={own.error} onRetry={() => void own.refetch()} />
  const lists = own.data ?? []
  const open = [...new Map(lists.flatMap((list) => list.tickets).map((k) => [k.id, k])).values()].sort((a, b) => a.opened_at.localeCompare(b.opened_at))
  const drafts = open.filter((k) => k.state === 'draft' && k.kind !== 'voicemail' && k.kind !== 'callback')
  const rest = open.filter((k) => !drafts.includes(k)).sort((a, b) => (a.due_at ?? '9').localeCompare(b.due_at ?? '9'))
  return (
    <section className="desk-idle" aria-label={t('idle.title')} data-testid="idle">
      {own.error && <Problem error={own.error} onRetry={() => void own.refetch()} />}
      {lists.some((list) => list.more) && <p className="desk-dim" role="status">{t('idle.partial', { count: most })}</p>}
      {left.length > 0 && (
        <div className="desk-owed" role="status">
          {t('idle.left', { count: left.length })} {left.map((c) => <Button key={c} size="small" onClick={() => onOpen(c)}>{t('idle.openSheet')}</Button>)}
        </div>
      )}
      <h2>{t('idle.drafts', { count: drafts.length })}</h2>
      {drafts.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('idle.noDrafts')} />}
      <ul className="desk-list">
        {drafts.map((k) => (
          <li key={k.id}>
            <Button size="small" onClick={() => onOpen(k.call)}>{t('idle.openSheet')}</Button>{' '}
            <Moment at={k.opened_at} /> <span className="tabular">{k.caller}</span> {k.summary}
          </li>
        ))}
      </ul>
      <h2>{t('idle.tickets', { count: rest.length })}</h2>
      <ul className="desk-list">
        {rest.slice(0, 20).map((k) => (
          <li key={k.id}>
            <Link to={`/tickets/${encodeURIComponent(k.id)}`}>{t(`kind.${k.kind}`, { defaultValue: k.kind })} · {k.summary || t('card.noSummary')}</Link>
            {k.overdue && <Tag color="red">{t('overdue')}</Tag>}
            <span className="desk-dim"> {t(`ticketState.${k.state}`, { defaultValue: k.state })}{k.due_at && <> · {t('sheet.due')} <Moment at={k.due_at} /></>}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
