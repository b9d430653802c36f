import type { LaneKind } from './timeline'

/** Dark enough for white letters in both shades; the lane's name stands beside it, so that nobody has to tell them by colour. */
export const colours: Record<LaneKind, string> = {
  caller: '#3b4a6b', flow: '#5b5b8c', queue: '#8a6100', offer: '#0b6e99', talk: '#237804', hold: '#a8500a', transfer: '#722ed1', consult: '#531dab',
  supervision: '#9e1068', survey: '#006d75', recording: '#a8071a', gap: '#595959',
}
