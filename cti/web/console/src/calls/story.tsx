import { useQuery } from '@tanstack/react-query'
import { Button, Card, Descriptions, Input, List, Modal, Space, Spin, Table, Tag, Typography } from 'antd'
import { useState, type ReactNode } from 'react'
import { Link, useParams } from 'react-router'
import { api, ask, type Schema } from '../api/client'
import { Head } from '../parts/page'
import { Problem } from '../parts/problem'
import { lengthOf, Moment } from '../parts/time'
import { useText } from '../shell/text'
import { Lanes, momentOf } from './lanes'
import { Outcome } from './outcome'
import { timelineOf, type Span } from './timeline'

/** One call, whole: its time line, and all that is on record. */
export default function Story() {
  const t = useText('calls')
  const { id = '' } = useParams()
  const [reason, setReason] = useState<string>()
  const call = useQuery({
    queryKey: ['call', id, reason],
    queryFn: () => ask(api.GET('/api/v1/calls/{id}', { params: { path: { id }, query: { reveal: reason } } })),
    refetchInterval: (q) => (q.state.data?.hash ? false : 5_000),
  })
  if (call.error) return <Problem error={call.error} onRetry={() => void call.refetch()} />
  if (!call.data) return <Spin fullscreen />
  const r = call.data
  const timeline = timelineOf(r, Date.now())
  return (
    <>
      <Head title={t('story', { id: r.id })}>
        <Outcome call={r} />
        {r.emergency && <Tag color="red">{t('emergency')}</Tag>}
        <Reveal number={r.caller} revealed={reason !== undefined} onReveal={setReason} />
      </Head>
      <Card size="small" title={t('time')}>
        <Lanes timeline={timeline} />
        <Typography.Paragraph type="secondary">{t('axis')}</Typography.Paragraph>
        <Table<Span>
          size="small" pagination={false} rowKey={(s) => `${s.lane}-${s.from}-${s.who}-${s.what}`} dataSource={[...timeline.spans].sort((a, b) => a.from - b.from)}
          columns={[
            { title: t('from'), render: (_, s) => <span className="tabular">{momentOf(s.from)}</span> },
            { title: t('length'), render: (_, s) => (s.point ? '–' : <span className="tabular">{momentOf(s.to - s.from)}</span>) },
            { title: t('what'), render: (_, s) => `${t(`lane.${s.lane}`)} ${s.what}` },
            { title: t('who'), dataIndex: 'who' },
          ]}
        />
      </Card>
      <Facts r={r} />
    </>
  )
}

/** The caller's number, and the whole one for who says why he needs it. */
function Reveal({ number, revealed, onReveal }: { number: string; revealed: boolean; onReveal: (reason: string) => void }) {
  const t = useText('calls')
  const [asking, setAsking] = useState(false)
  const [reason, setReason] = useState('')
  return (
    <Space>
      <span className="tabular">{number}</span>
      {!revealed && <Button size="small" onClick={() => setAsking(true)}>{t('shell:reveal')}</Button>}
      <Modal open={asking} title={t('shell:reveal')} onCancel={() => setAsking(false)} okButtonProps={{ disabled: reason.trim().length < 4 }}
        onOk={() => {
          onReveal(reason.trim())
          setAsking(false)
        }}>
        <Input aria-label={t('shell:revealReason')} placeholder={t('shell:revealReason')} value={reason} maxLength={200} onChange={(e) => setReason(e.target.value)} />
      </Modal>
    </Space>
  )
}

function Facts({ r }: { r: Schema<'Record'> }) {
  const t = useText('calls')
  const rows: [string, ReactNode][] = [
    ['did', r.did], ['direction', r.direction], ['mode', r.mode], ['language', r.language], ['answered_at', <Moment key="a" at={r.answered_at} />], ['ended_at', <Moment key="e" at={r.ended_at} />],
    ['ended_by', r.ended_by], ['cause', r.cause], ['engine', r.engine], ['fallback', r.fallback.at ? <><Moment at={r.fallback.at} /> {r.fallback.reason}</> : null],
    ['estimated', r.estimated ? '✓' : null], ['prev_hash', r.prev_hash && <span className="mono">{r.prev_hash}</span>], ['hash', r.hash && <span className="mono">{r.hash}</span>],
  ]
  return (
    <Space orientation="vertical" className="story-facts" size="middle">
      <Card size="small" title={t('facts')} extra={r.hash ? t('sealed') : t('open')}>
        <Descriptions size="small" column={2} items={rows.filter(([, v]) => v !== null && v !== '' && v !== undefined).map(([key, children]) => ({ key, label: t(`field.${key}`), children }))} />
      </Card>
      {!!r.tickets?.length && (
        <Card size="small" title={t('tickets')}>
          <List size="small" dataSource={r.tickets} renderItem={(x) => <List.Item><Link to={`/tickets/${x.id}`}>{x.kind} · {x.state}</Link> <Moment at={x.opened_at} /></List.Item>} />
        </Card>
      )}
      {!!r.transfers?.length && (
        <Card size="small" title={t('transfersTitle')}>
          <List size="small" dataSource={r.transfers} renderItem={(x) => <List.Item>{x.from} → {x.to || x.queue || x.number}: {x.reason} {x.consent && <Tag color="green">{t('consent')}</Tag>}</List.Item>} />
        </Card>
      )}
      {!!r.recording_checks?.length && (
        <Card size="small" title={t('recordings')}>
          <List size="small" dataSource={r.recording_checks} renderItem={(x) => <List.Item>{x.name}: {x.result}, {t('audible', { loud: lengthOf(x.loud_ms), length: lengthOf(x.length_ms) })} <span className="mono">{x.sha256}</span></List.Item>} />
        </Card>
      )}
      {!!r.amendments?.length && (
        <Card size="small" title={t('amendments')}>
          <List size="small" dataSource={r.amendments} renderItem={(x) => <List.Item><Moment at={x.made_at} /> {x.author}: {x.body} ({x.reason})</List.Item>} />
        </Card>
      )}
    </Space>
  )
}
