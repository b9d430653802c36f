import { Space, Tag, Typography } from 'antd'
import { language, useText } from '../shell/text'
import { TicketLink } from '../tickets/number'
import type { FollowUp } from './attempt'
import type { Answered, Questions } from './question'

/** What the caller has said. */
export function Outcome({ f, questions }: { f: FollowUp; questions?: Questions }) {
  const t = useText('followups')
  const lng = language()
  const o = f.outcome
  if (!o) return null
  const said = (a: Answered) => (a.yes !== undefined ? t(a.yes ? 'ask.yes' : 'ask.no') : a.number !== undefined ? String(a.number) : (a.text ?? ''))
  return (
    <section>
      <Typography.Title level={2} style={{ fontSize: 16 }}>{t('one.outcome')}</Typography.Title>
      <Space wrap>
        {o.declined && <Tag>{t('outcome.declined')}</Tag>}
        {o.unsolved?.map((id) => <Tag key={`u${id}`} color="error">{t('outcome.unsolved')} <TicketLink id={id} /></Tag>)}
        {o.dissatisfied?.map((id) => <Tag key={`d${id}`} color="warning">{t('outcome.dissatisfied')} <TicketLink id={id} /></Tag>)}
      </Space>
      <dl>
        {(o.answers ?? []).map((a) => (
          <div key={a.question + (a.ticket ?? '')}>
            <dt>{questions?.questions.find((q) => q.id === a.question)?.ask[lng] ?? a.question}</dt>
            <dd className="lines">{said(a)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
