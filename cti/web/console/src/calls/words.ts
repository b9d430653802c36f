import type { useText } from '../shell/text'
import type { CallRecord, Span } from './timeline'

type T = ReturnType<typeof useText>

/** The words of a key, or the key itself where there are none: results may be newer than this page. */
export function wordOr(t: T, key: string, value: string | null | undefined): string {
  if (!value) return '–'
  const words = t(`${key}.${value}`, { defaultValue: '' })
  return words || value
}

export function causeOf(t: T, cause: number | null | undefined): string {
  if (cause === null || cause === undefined) return '–'
  return `${cause} ${t(`causes.${cause}`, { defaultValue: t('causeOther') })}`
}

/** How long a call was, or has been, in ms. */
export function lengthOfCall(r: CallRecord, now: number): number {
  return (r.ended_at ? Date.parse(r.ended_at) : now) - Date.parse(r.started_at)
}

/** A time of day to the ms. */
export function clock(at: number): string {
  const d = new Date(at)
  const two = (n: number, width = 2) => String(n).padStart(width, '0')
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.${two(d.getMilliseconds(), 3)}`
}

/** A span in one line, as it is shown by hover and read aloud. */
export function tellSpan(t: T, s: Span): string {
  const parts = [t(`lane.${s.kind}`), s.kind === 'hold' ? wordOr(t, 'by', s.what) : s.what, s.result && wordOr(t, 'result_', s.result)]
  if (s.kind === 'offer' && s.count !== undefined) parts.push(`${t('rings')} ${s.count}`)
  const length = s.end === s.start ? '' : ` (${((s.end - s.start) / 1000).toFixed(3)} s)`
  const span = s.end === s.start ? clock(s.start) : `${clock(s.start)} – ${s.open ? t('stillOpen') : clock(s.end)}`
  return `${parts.filter(Boolean).join(' · ')}  ${span}${length}`
}
