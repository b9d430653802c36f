// Where nodes stand on the canvas. The document has no place for that, so this browser
// keeps it.
import type { Places } from './layout'

const key = (flow: string) => `sansheng-flow-places-${flow}`

export function keptPlaces(flow: string): Places {
  try {
    return (JSON.parse(localStorage.getItem(key(flow)) ?? '{}') ?? {}) as Places
  } catch {
    return {}
  }
}

export function keepPlaces(flow: string, places: Places) {
  try {
    localStorage.setItem(key(flow), JSON.stringify(places))
  } catch {
    // no room: they are laid out anew the next time
  }
}
