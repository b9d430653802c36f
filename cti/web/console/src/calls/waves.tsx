import { outline, slice } from './peaks'
import { sideColours, type Sound } from './sound'
import { audioTime, type Span } from './timeline'

/** The part of a recording's waveform that was made during a span, drawn over that span. */
export function Waves({ sound, spans, span }: { sound: Sound; spans: Span[]; span: Span }) {
  const own = spans.filter((s) => s.what === span.what)
  const from = audioTime(own, span.start)
  const tracks = sound.peaks.map((peaks) => slice(peaks, from, from + span.end - span.start, sound.seconds * 1000))
  return tracks.map((track, i) => (
    <svg key={i} viewBox={`0 0 ${Math.max(1, track.length - 1)} 1`} preserveAspectRatio="none" width="100%" height={`${100 / tracks.length}%`} style={{ display: 'block' }} aria-hidden="true">
      <polygon points={outline(track)} fill={sideColours[i]} />
    </svg>
  ))
}
