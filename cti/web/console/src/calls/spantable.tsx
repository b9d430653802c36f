import { Button, Table } from 'antd'
import { useText } from '../shell/text'
import type { Span, Timeline } from './timeline'
import { clock, wordOr } from './words'

/** The lanes as a table, in the order of time, to the millisecond. */
export function SpanTable({ line, onSeek }: { line: Timeline; onSeek?: (at: number) => void }) {
  const t = useText('calls')
  const spans = line.lanes.flatMap((l) => l.spans).sort((a, b) => a.start - b.start)
  return (
    <Table<Span>
      size="small" rowKey="id" dataSource={spans} pagination={false} scroll={{ x: 'max-content' }} aria-label={t('table')}
      columns={[
        { title: t('began'), key: 'start', render: (_, s) => <span className="tabular">{clock(s.start)}</span> },
        { title: t('ended'), key: 'end', render: (_, s) => <span className="tabular">{s.open ? t('stillOpen') : s.end === s.start ? '' : clock(s.end)}</span> },
        { title: t('length'), key: 'length', align: 'right', render: (_, s) => <span className="tabular">{s.end === s.start ? '' : `${((s.end - s.start) / 1000).toFixed(3)} s`}</span> },
        { title: t('story'), key: 'kind', render: (_, s) => t(`lane.${s.kind}`) },
        { title: t('what'), key: 'what', render: (_, s) => (s.kind === 'hold' ? wordOr(t, 'by', s.what) : s.what || '–') },
        { title: t('result'), key: 'result', render: (_, s) => (s.result ? wordOr(t, 'result_', s.result) : '') },
        { title: t('rings'), key: 'rings', align: 'right', render: (_, s) => (s.kind === 'offer' ? s.count : '') },
        ...(onSeek ? [{ title: t('lane.recording'), key: 'seek', render: (_: unknown, s: Span) => <Button size="small" type="link" onClick={() => onSeek(s.start)}>{t('seekHere')}</Button> }] : []),
      ]}
    />
  )
}
