// A draft that was begun from a version which is not in force any more is taken over to the
// newer one: what both have changed is shown, and who drafts decides.
import { changed, changesOf, placeOf, same, type Change, type Step } from './change'

export type Conflict = { place: string; mine: Change; theirs: Change }

const key = (step: Step) => (typeof step === 'string' ? step : `[${step.is}]`)

/** Whether one place is within the other, or is it. */
function meets(a: Step[], b: Step[]): boolean {
  return a.slice(0, b.length).every((step, i) => key(step) === key(b[i]!))
}

/** Places that both have changed, and not to the same. */
export function conflictsOf(base: unknown, mine: unknown, theirs: unknown): Conflict[] {
  const others = changesOf(base, theirs)
  return changesOf(base, mine).flatMap((m) => {
    const t = others.find((o) => meets(m.path, o.path) && !(m.path.length === o.path.length && !m.order && same(m.now, o.now)))
    return t ? [{ place: placeOf(m.path), mine: m, theirs: t }] : []
  })
}

/** The newer version with the draft's changes in it, but those whose places are named. */
export function rebased(base: unknown, mine: unknown, theirs: unknown, without: string[] = []): unknown {
  return changesOf(base, mine).filter((c) => !without.includes(placeOf(c.path))).reduce((v, c) => restored(v, c, mine), theirs)
}

/** A change made; where the element around it is gone, the draft's is put back whole. */
function restored(value: unknown, change: Change, mine: unknown): unknown {
  const next = changed(value, change)
  if (change.now === undefined || next !== value && !same(next, value)) return next
  const at = change.path.findLastIndex((step) => typeof step !== 'string')
  if (at < 0) return next
  const path = change.path.slice(0, at + 1)
  const whole = path.reduce<unknown>((v, step) => {
    if (typeof step === 'string') return (v as Record<string, unknown> | undefined)?.[step]
    return (v as Record<string, unknown>[] | undefined)?.find((e) => e[step.by] === step.is)
  }, mine)
  return changed(next, { path, now: whole })
}
