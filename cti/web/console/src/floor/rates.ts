// Shares of calls and their targets (requirement B1).
import type { Figures, Rate, RateName } from './types'

export const rateNames: RateName[] = ['within_three_rings', 'automatic', 'to_person', 'person']

export type Standing = 'met' | 'missed' | 'open'

/** Whether a rate is where it has to be; open where nothing is counted or asked. */
export function standing(r: Rate): Standing {
  if (r.denominator <= 0 || r.target === null) return 'open'
  return r.numerator / r.denominator >= r.target ? 'met' : 'missed'
}

/**
 * A share as text, in percent with one digit: rounded down, so that 97.96 % does not look
 * like the 98 that it is not. Nothing counted is a dash.
 */
export function percent(r: Pick<Rate, 'numerator' | 'denominator'> | undefined): string {
  if (!r || r.denominator <= 0) return '–'
  const tenths = Math.floor((r.numerator * 1000) / r.denominator)
  return tenths === 1000 ? '100%' : `${Math.floor(tenths / 10)}.${tenths % 10}%`
}

export function rateOf(f: Figures | undefined, name: RateName): Rate | undefined {
  return f?.rates.find((r) => r.name === name)
}

/** The figures of several companies together: counts are added, shares taken of the sums. */
export function together(all: Figures[]): Figures {
  const sum: Figures = {
    arrived: 0, answered: 0, within_three_rings: 0, left_unjoined: 0, by_switch: 0, abandoned: 0, emergency: 0, longest_wait_ms: 0, unanswered: 0, rates: [],
  }
  const rates = new Map<RateName, Rate>()
  for (const f of all) {
    sum.arrived += f.arrived
    sum.answered += f.answered
    sum.within_three_rings += f.within_three_rings
    sum.left_unjoined += f.left_unjoined
    sum.by_switch += f.by_switch
    sum.abandoned += f.abandoned
    sum.emergency += f.emergency
    sum.unanswered += f.unanswered
    sum.longest_wait_ms = Math.max(sum.longest_wait_ms, f.longest_wait_ms)
    for (const r of f.rates) {
      const so = rates.get(r.name)
      const numerator = (so?.numerator ?? 0) + r.numerator
      const denominator = (so?.denominator ?? 0) + r.denominator
      rates.set(r.name, { name: r.name, numerator, denominator, value: denominator > 0 ? numerator / denominator : null, target: r.target })
    }
  }
  sum.rates = [...rates.values()]
  return sum
}
