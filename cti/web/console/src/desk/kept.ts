// What was written and is not at the server yet, kept by this browser, so that a reload or
// a crash loses nothing. It is personal: it goes as soon as the server has it.
import type { Said, Typed } from './sheet'

export type Kept = Typed & {
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
export const callsKept = (agent: string): string[] => callsWith(`${prefix}${agent}:`)

function callsWith(begins: string): string[] {
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
    if (!isSaid(kept) || typeof kept.at !== 'number') return null
    return { kind: kept.kind, values: kept.values, at: kept.at, ...(isSaid(kept.start) && { start: kept.start }) }
  } catch {
    return null
  }
}

const isSaid = <T extends Partial<Said>>(v: T | undefined): v is T & Said => typeof v?.kind === 'string' && typeof v.values === 'object' && v.values !== null

// Notes to a sheet for which another agent is responsible, until they are added.

const notes = 'sansheng-note:'

export function noteOf({ agent, call }: Place): string {
  try {
    return localStorage.getItem(`${notes}${agent}:${call}`) ?? ''
  } catch {
    return ''
  }
}

/** Keeps a note; an empty one is forgotten. */
export function keepNote({ agent, call }: Place, text: string): void {
  try {
    if (text === '') localStorage.removeItem(`${notes}${agent}:${call}`)
    else localStorage.setItem(`${notes}${agent}:${call}`, text)
  } catch {
    // it lives as long as its sheet is open
  }
}

/** The calls to which an agent has a note that is not added. */
export const callsNoted = (agent: string): string[] => callsWith(`${notes}${agent}:`)
