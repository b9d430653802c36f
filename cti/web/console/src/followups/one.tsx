import { Alert, Descriptions, Drawer, Empty, Space, Typography } from 'antd'
import dayjs from 'dayjs'
import { Moment } from '../parts/time'
import { useMe, useRole } from '../shell/me'
import { useText } from '../shell/text'
import { TicketLink } from '../tickets/number'
import { Kind } from '../tickets/words'
import { useQuestions } from './act'
import { missedDays, over, type Attempt, type FollowUp } from './attempt'
import { Attempts } from './attempts'
import { DialButton, FollowUpState } from './list'
import { Manage } from './manage'
import { Outcome } from './outcome'
import { Say } from './say'

/** One callback: where the caller is reached, how it was tried, and what came of it. */
export function One({ followUp, attempt, onClose }: { followUp?: FollowUp; attempt?: Attempt; onClose: () => void }) {
  const t = useText('followups')
  return (
    <Drawer open size={640} title={t('one.title')} onClose={onClose}>
      {followUp ? <Known f={followUp} attempt={attempt} /> : <Empty description={t('one.gone')} />}
    </Drawer>
  )
}

function Known({ f, attempt }: { f: FollowUp; attempt?: Attempt }) {
  const t = useText('followups')
  const me = useMe()
  const leads = useRole('shift_leader', 'administrator')
  const { data: questions } = useQuestions(f.company)
  const mine = attempt && (leads || attempt.agent === me.number)
  return (
    <Space orientation="vertical" size="large" style={{ width: '100%' }}>
      <Space wrap><FollowUpState state={f.state} /><DialButton followUp={f} />{questions && !over(f) && <Typography.Text type="secondary">{t('calling', { hours: questions.calling })}</Typography.Text>}</Space>
      <Descriptions size="small" column={1} bordered items={[
        { key: 'due', label: t('col.due'), children: <Moment at={f.due} /> },
        { key: 'agent', label: t('col.agent'), children: f.agent || t('nobody') },
        { key: 'numbers', label: t('one.numbers'), children: <span className="tabular">{f.numbers?.join(' · ') || '–'}</span> },
        { key: 'tickets', label: t('one.tickets'), children: (f.tickets ?? []).map((w) => <div key={w.ticket}><Kind kind={w.kind} /> <TicketLink id={w.ticket} /> {w.place}</div>) },
      ]} />
      <Failing f={f} />
      {attempt && mine && <Say key={attempt.call} f={f} attempt={attempt} questions={questions} />}
      <Attempts attempts={f.attempts ?? []} />
      {f.outcome && <Outcome f={f} questions={questions} />}
      {!over(f) && <Manage f={f} />}
    </Space>
  )
}

/** Whether it has failed, or will with the next day on which nobody is reached. */
function Failing({ f }: { f: FollowUp }) {
  const t = useText('followups')
  const days = missedDays(f, (at) => dayjs(at).format('MM-DD'))
  if (f.state === 'failed') return <Alert type="error" showIcon title={t('fail.failed', { count: Math.max(days.length, 2) })} />
  if (over(f)) return null
  return days.length > 0 ? <Alert type="warning" showIcon title={t('fail.once', { days: days.join(' ') })} /> : <Typography.Text type="secondary">{t('fail.rule')}</Typography.Text>
}
