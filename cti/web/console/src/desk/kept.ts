// What was written and is not at the server yet, kept by this browser, so that a reload or
// a crash loses nothing. It is personal: it goes as soon as the server has it.
import type { Said } from './sheet'

export type Kept = Said & {
  /** When it was written, by this machine's clock in ms. */
  at: number
}

const prefix = 'sansheng-sheet:'

/** One agent's place for one call's sheet. */
export type Place = { agent: string; call: string }

const keyOf = ({ agent, call }: Place) => `${prefix}${agent}:${call}`

export function keep(place: Place, kept: Kept): boolean {
  try {
    localStorage.setItem(keyOf(place), JSON.stringify(kept))
    return true
  } catch {
    return false // the browser keeps no more, or nothing at all: the desk says so
  }
}

export function keptOf(place: Place): Kept | null {
  try {
    return read(localStorage.getItem(keyOf(place)))
  } catch {
    return null
  }
}

export function forget(place: Place): void {
  try {
    localStorage.removeItem(keyOf(place))
  } catch {
    // nothing is kept then
  }
}

/** The calls of which an agent's writing is not at the server. */
export function callsKept(agent: string): string[] {
  const begins = `${prefix}${agent}:`
  try {
    return Object.keys(localStorage).filter((k) => k.startsWith(begins)).map((k) => k.slice(begins.length)).sort()
  } catch {
    return []
  }
}

function read(text: string | null): Kept | null {
  if (text === null) return null
  try {
    const kept = JSON.parse(text) as Partial<Kept>
    if (typeof kept.kind !== 'string' || typeof kept.at !== 'number' || typeof kept.values !== 'object' || kept.values === null) return null
    return { kind: kept.kind, values: kept.values, at: kept.at }
  } catch {
    return null
  }
}
