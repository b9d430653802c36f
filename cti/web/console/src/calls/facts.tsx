import { Alert, Card, Descriptions, Space, Tag } from 'antd'
import type { ReactNode } from 'react'
import { lengthOf, Moment } from '../parts/time'
import { useText } from '../shell/text'
import type { CallRecord } from './timeline'
import { causeOf, lengthOfCall, wordOr } from './words'

/** What the record says of the call as a whole. */
export function Facts({ record: r, action }: { record: CallRecord; action?: ReactNode }) {
  const t = useText('calls')
  const items = [
    { key: 'number', label: t('number'), children: <Space wrap><span className="tabular">{r.caller || '–'}</span>{r.caller_name && r.caller_name !== r.caller && r.caller_name}{action}</Space> },
    { key: 'line', label: t('line'), children: r.did || '–' },
    { key: 'company', label: t('company'), children: r.company },
    { key: 'way', label: t('direction'), children: wordOr(t, 'way', r.direction) },
    { key: 'began', label: t('began'), children: <Moment at={r.started_at} /> },
    { key: 'ended', label: t('ended'), children: <Moment at={r.ended_at} /> },
    ...(r.ended_at ? [{ key: 'length', label: t('length'), children: lengthOf(lengthOfCall(r, 0)) }] : []),
    { key: 'agent', label: t('answeredBy'), children: r.agent ?? '–' },
    { key: 'rings', label: t('rings'), children: <Rings record={r} /> },
    { key: 'outcome', label: t('outcome'), children: r.ended_at ? wordOr(t, 'disposition', r.disposition) : t('going') },
    { key: 'cause', label: t('cause'), children: causeOf(t, r.cause) },
    { key: 'endedBy', label: t('endedBy'), children: wordOr(t, 'by', r.ended_by) },
    { key: 'hungUp', label: t('hungUpBy'), children: wordOr(t, 'by', r.hung_up_by) },
    ...(r.dial?.for ? [{ key: 'for', label: t('dialledFor'), children: r.dial.for }] : []),
    ...(r.conduct ? [{ key: 'conduct', label: t('conduct'), children: t('conductText', { silence: lengthOf(r.conduct.silence_ms), longest: lengthOf(r.conduct.longest_silence_ms), overlap: lengthOf(r.conduct.overlap_ms) }) }] : []),
  ]
  return (
    <Card size="small" title={<h2 className="card-title">{t('facts')}</h2>}>
      <Notes record={r} />
      <Descriptions size="small" column={{ xs: 1, sm: 2, lg: 4 }} items={items} />
    </Card>
  )
}

function Rings({ record: r }: { record: CallRecord }) {
  const t = useText('calls')
  if (r.rings === null) return <>–</>
  return (
    <Space wrap>
      {r.rings}
      <Tag color={r.within_three_rings ? 'green' : 'red'}>{t('within')}: {t(r.within_three_rings ? 'yes' : 'no')}</Tag>
      <span>{t('agentClock', { rings: r.agent_rings ?? '–' })}, {t('callerClock', { rings: r.caller_rings ?? '–' })}</span>
    </Space>
  )
}

/** What somebody should not overlook. */
function Notes({ record: r }: { record: CallRecord }) {
  const t = useText('calls')
  const notes = [
    r.early_hang_up && t('early'), r.abandoned && t('abandoned'), r.conduct?.caller_silent && t('callerSilent'), r.estimated && t('estimated'),
    r.fallback && t('fallback', { reason: r.fallback.reason }),
    r.erased && t('erased', { at: new Date(r.erased.at).toLocaleDateString(), by: r.erased.by, reason: r.erased.reason }),
  ].filter((n): n is string => Boolean(n))
  return notes.map((n) => <Alert key={n} type="warning" showIcon title={n} style={{ marginBottom: 8 }} />)
}
