import { theme } from 'antd'
import { useEffect, useRef, type MouseEvent } from 'react'
import { lengthOf } from '../parts/time'
import { useText } from '../shell/text'
import { colours } from './colours'
import type { Heard } from './sound'
import { marks, type Lane, type Span, type Timeline } from './timeline'
import { Waves } from './waves'
import { tellSpan, wordOr } from './words'

const rowHeight = 22
const axisHeight = 24
const labelWidth = 88

type Props = { line: Timeline; heard?: Heard; zoom: number; playHead?: number; onSeek?: (at: number) => void }

/** The lanes. Positions are parts of the whole, so that zooming is making it wider. */
export function Chart({ line, heard, zoom, playHead, onSeek }: Props) {
  const t = useText('calls')
  const { token } = theme.useToken()
  const scroll = useRef<HTMLDivElement>(null)
  const part = (at: number) => ((at - line.start) / (line.end - line.start)) * 100
  useEffect(() => {
    const box = scroll.current
    if (!box || playHead === undefined || zoom <= 1) return
    const x = (part(playHead) / 100) * box.scrollWidth
    if (x < box.scrollLeft || x > box.scrollLeft + box.clientWidth) box.scrollLeft = x - box.clientWidth / 3
    // The lanes stay where somebody has moved them until the play head leaves what is seen.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [playHead, zoom])
  function seek(e: MouseEvent<HTMLDivElement>) {
    if (!onSeek) return
    const box = e.currentTarget.getBoundingClientRect()
    onSeek(line.start + ((e.clientX - box.left) / box.width) * (line.end - line.start))
  }
  const tops: number[] = []
  let height = axisHeight
  for (const lane of line.lanes) {
    tops.push(height)
    height += lane.rows * heightOf(lane, heard) + 6
  }
  return (
    <div style={{ display: 'flex' }} role="group" aria-label={t('laneLabel', { what: line.lanes.map((l) => t(`lane.${l.kind}`)).join('、') })}>
      <div style={{ width: labelWidth, flex: 'none', position: 'relative', height }} aria-hidden="true">
        {line.lanes.map((lane, i) => <div key={lane.kind} style={{ position: 'absolute', top: tops[i], lineHeight: `${rowHeight}px` }}>{t(`lane.${lane.kind}`)}</div>)}
      </div>
      <div ref={scroll} style={{ flex: 1, overflowX: 'auto', overflowY: 'hidden' }} tabIndex={0} role="img" aria-label={t('story')}>
        <div style={{ position: 'relative', width: `${zoom * 100}%`, height, cursor: onSeek ? 'pointer' : undefined }} onClick={seek}>
          {marks(line.start, line.end, Math.round(8 * zoom)).map((at) => (
            <div key={at} style={{ position: 'absolute', left: `${part(at)}%`, top: 0, bottom: 0, borderLeft: `1px solid ${token.colorSplit}`, color: token.colorTextSecondary, fontSize: 11, paddingLeft: 3 }} className="tabular">
              {axisText(at - line.start)}
            </div>
          ))}
          {line.lanes.map((lane, i) => <LaneSpans key={lane.kind} lane={lane} heard={heard} top={tops[i]!} part={part} t={t} />)}
          {playHead !== undefined && <div style={{ position: 'absolute', left: `${part(playHead)}%`, top: 0, bottom: 0, width: 2, background: token.colorError, pointerEvents: 'none' }} />}
        </div>
      </div>
    </div>
  )
}

/** The lane of a recording that is heard has room for its waveform. */
const heightOf = (lane: Lane, heard?: Heard) => (lane.kind === 'recording' && heard ? 3 * rowHeight : rowHeight)

function axisText(ms: number): string {
  const rest = ms % 1000
  return rest ? `${lengthOf(ms)}.${String(Math.round(rest)).padStart(3, '0')}` : lengthOf(ms)
}

type LaneProps = { lane: Lane; heard?: Heard; top: number; part: (at: number) => number; t: ReturnType<typeof useText> }

function LaneSpans({ lane, heard, top, part, t }: LaneProps) {
  const height = heightOf(lane, heard)
  return lane.spans.map((s) => {
    const moment = s.end === s.start
    const drawn = lane.kind === 'recording' && heard?.name === s.what
    return (
      <div
        key={s.id} title={tellSpan(t, s)}
        style={{
          position: 'absolute', top: top + s.row * height, left: `${part(s.start)}%`, width: moment ? 4 : `max(3px, ${part(s.end) - part(s.start)}%)`, height: height - 3,
          background: drawn ? 'transparent' : colours[s.kind], outline: drawn ? `1px solid ${colours[s.kind]}` : undefined, borderRadius: 3, overflow: 'hidden', whiteSpace: 'nowrap', fontSize: 12, lineHeight: `${rowHeight - 3}px`, color: '#fff', paddingInline: moment || drawn ? 0 : 4, boxSizing: 'border-box',
        }}
      >
        {drawn ? <Waves sound={heard.sound} spans={lane.spans} span={s} /> : moment ? '' : label(t, s)}
      </div>
    )
  })
}

function label(t: ReturnType<typeof useText>, s: Span): string {
  const result = s.result ? ` ${wordOr(t, 'result_', s.result)}` : ''
  if (s.kind === 'hold') return wordOr(t, 'by', s.what)
  return `${s.what}${s.kind === 'offer' && s.count ? ` ×${s.count}` : ''}${result}`
}
