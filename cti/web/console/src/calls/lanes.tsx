import { Tooltip } from 'antd'
import { lengthOf } from '../parts/time'
import { useText } from '../shell/text'
import { marksOf, rowsOf, type Lane, type Span, type Timeline } from './timeline'

const order: Lane[] = ['call', 'flow', 'queue', 'offer', 'leg', 'hold', 'transfer', 'supervision', 'survey', 'recording']

/** A moment of a call in minutes, seconds and ms. */
export function momentOf(ms: number): string {
  return `${lengthOf(ms)}.${String(Math.floor(ms % 1000)).padStart(3, '0')}`
}

/** The time line: a lane for each kind of thing, bars on one axis. A table says the same to who cannot see it. */
export function Lanes({ timeline }: { timeline: Timeline }) {
  const t = useText('calls')
  const share = (ms: number) => `${(100 * ms) / timeline.length}%`
  return (
    <div className="lanes" aria-hidden="true">
      {order.map((lane) => {
        const rows = rowsOf(timeline.spans.filter((s) => s.lane === lane))
        return rows.length > 0 && (
          <div className="lane" key={lane}>
            <div className="lane-name">{t(`lane.${lane}`)}</div>
            <div className="lane-rows">
              {rows.map((row, i) => (
                <div className="lane-row" key={i}>
                  {row.map((s, j) => <Bar key={j} span={s} left={share(s.from)} width={share(s.to - s.from)} />)}
                </div>
              ))}
            </div>
          </div>
        )
      })}
      <div className="lane">
        <div className="lane-name" />
        <div className="lane-rows lane-axis">
          {marksOf(timeline.length).map((ms) => <span key={ms} className="lane-mark tabular" style={{ left: share(ms) }}>{lengthOf(ms)}</span>)}
        </div>
      </div>
    </div>
  )
}

function Bar({ span, left, width }: { span: Span; left: string; width: string }) {
  const title = `${[span.who, span.what].filter(Boolean).join(' · ')} ${momentOf(span.from)}${span.point ? '' : ` – ${momentOf(span.to)}`}`
  return (
    <Tooltip title={title}>
      <div className={`bar bar-${span.lane}${span.point ? ' bar-point' : ''}${span.open ? ' bar-open' : ''}`} style={{ left, width: span.point ? undefined : width }}>
        {!span.point && [span.who, span.what].filter(Boolean).join(' ')}
      </div>
    </Tooltip>
  )
}
