// What an operator is changing and has not published: the whole document, kept in this
// browser until it is published or thrown away.
import type { Document } from 'yaml'
import type { Config, Plan } from '../plan'
import { changesOf, type Change } from './change'
import { configOf, put, read, write, type Path } from './document'
import { conflictsOf, rebased, type Conflict } from './rebase'

/** A version as the server gives it. */
export type Base = { version: number; hash: string; document: string }

export type DraftState = {
  /** What is in force, as last read; null before. */
  latest: Base | null
  /** The version with which the draft was begun. */
  base: Base | null
  text: string
  config: Config
  plan: Plan
  changes: Change[]
  /** Another version was published since the draft was begun. */
  behind: boolean
  /** Another page of this browser has a draft: this one is not kept until that is decided. */
  elsewhere: boolean
  /** How many edits can be taken back. */
  undoable: number
}

type Kept = { base: Base; text: string }

const undoMost = 50

function keptIn(stored: string | null): Kept | null {
  try {
    const kept = JSON.parse(stored ?? 'null') as Kept | null
    return kept && typeof kept.text === 'string' && typeof kept.base?.document === 'string' ? kept : null
  } catch {
    return null
  }
}

export class Draft {
  private listeners = new Set<() => void>()
  private doc: Document = read('{}')
  private past: string[] = []
  private baseConfig: Config = {}
  /** What this page has put into the storage, or has taken from there. */
  private mine: string | null = null
  state: DraftState = { latest: null, base: null, text: '', config: {}, plan: {}, changes: [], behind: false, elsewhere: false, undoable: 0 }

  constructor(private readonly key: string, private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {}

  /** Takes note of what is in force. A draft without changes follows it. */
  opened(latest: Base) {
    if (this.state.base?.hash === latest.hash) {
      this.tell({ latest, behind: false })
      return
    }
    const stored = this.state.base ? null : this.stored()
    const kept = this.state.base ? { base: this.state.base, text: this.state.text } : keptIn(stored)
    if (kept && this.begin(kept.base, kept.text) && (this.state.changes.length > 0 || kept.base.hash === latest.hash)) {
      this.mine = stored ?? this.mine
      this.tell({ latest, behind: kept.base.hash !== latest.hash })
      return
    }
    this.start(latest)
  }

  /** Begins anew with a version, without changes. */
  start(latest: Base) {
    this.past = []
    this.begin(latest, latest.document)
    this.forget()
    this.tell({ latest, behind: false, elsewhere: false, undoable: 0 })
  }

  /** Changes the document. */
  edit(act: (doc: Document) => void) {
    const before = this.state.text
    act(this.doc)
    const text = write(this.doc)
    if (text === before) return
    this.remember(before)
    this.show(text)
  }

  put(path: Path, value: unknown) {
    this.edit((doc) => put(doc, path, value))
  }

  /**
   * Takes another text for the whole document; throws where it is none. It was written to
   * the version `from`: where another was followed since, the draft is behind.
   */
  replace(text: string, from: Base | null = this.state.base) {
    const doc = read(text)
    const { base, latest } = this.state
    if (from && latest && from.hash !== base?.hash && this.begin(from, text)) {
      if (this.state.changes.length === 0) return this.start(latest)
      this.past = []
      this.save()
      this.tell({ behind: from.hash !== latest.hash, undoable: 0 })
      return
    }
    this.remember(this.state.text)
    this.doc = doc
    this.show(text)
  }

  undo() {
    const text = this.past.pop()
    if (text === undefined) return
    this.doc = read(text)
    this.show(text)
  }

  conflicts(): Conflict[] {
    const { latest, config } = this.state
    return latest ? conflictsOf(this.baseConfig, config, configOf(read(latest.document))) : []
  }

  /** Takes the draft over to what is in force, without the changes at some places. */
  rebase(without: string[]) {
    const { latest, config } = this.state
    if (!latest) return
    const doc = read(latest.document)
    put(doc, [], rebased(this.baseConfig, config, configOf(doc), without))
    const text = write(doc)
    this.past = []
    this.begin(latest, text)
    this.save()
    this.tell({ behind: false, undoable: 0 })
  }

  /** Keeps this draft in place of another page's. */
  keepThis() {
    this.mine = this.stored()
    this.save()
    this.tell({})
  }

  /** Goes on with another page's draft in place of this one. */
  takeOther() {
    const stored = this.stored()
    const kept = keptIn(stored)
    if (!kept || !this.begin(kept.base, kept.text)) return this.keepThis() // it is gone
    this.mine = stored
    this.past = []
    this.tell({ behind: kept.base.hash !== this.state.latest?.hash, elsewhere: false, undoable: 0 })
  }

  subscribe = (listen: () => void): (() => void) => {
    this.listeners.add(listen)
    return () => void this.listeners.delete(listen)
  }

  private begin(base: Base, text: string): boolean {
    try {
      this.baseConfig = configOf(read(base.document))
      this.doc = read(text)
    } catch {
      return false // kept by another version of this program
    }
    const config = configOf(this.doc)
    this.state = { ...this.state, base, text, config, plan: config.hotline ?? {}, changes: changesOf(this.baseConfig, config) }
    return true
  }

  private remember(text: string) {
    this.past = [...this.past, text].slice(-undoMost)
  }

  private show(text: string) {
    const config = configOf(this.doc)
    this.state = { ...this.state, text, config, plan: config.hotline ?? {}, changes: changesOf(this.baseConfig, config) }
    this.save()
    this.tell({ undoable: this.past.length })
  }

  private save() {
    const { base, text, changes } = this.state
    if (!base) return
    const stored = this.stored()
    const elsewhere = changes.length > 0 && stored !== this.mine && keptIn(stored) !== null
    this.state = { ...this.state, elsewhere }
    if (changes.length === 0) this.forget()
    if (changes.length === 0 || elsewhere) return
    const mine = JSON.stringify({ base, text } satisfies Kept)
    try {
      this.storage.setItem(this.key, mine)
      this.mine = mine
    } catch {
      // no room: it lives as long as this page
    }
  }

  /** Takes out of the storage what this page has there; another page's draft stays. */
  private forget() {
    if (this.mine !== null && this.stored() === this.mine) this.storage.removeItem(this.key)
    this.mine = null
  }

  private stored(): string | null {
    try {
      return this.storage.getItem(this.key)
    } catch {
      return null
    }
  }

  private tell(change: Partial<DraftState>) {
    this.state = { ...this.state, ...change }
    this.listeners.forEach((listen) => listen())
  }
}
