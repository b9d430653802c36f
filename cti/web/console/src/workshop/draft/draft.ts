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
  /** How many edits can be taken back. */
  undoable: number
}

type Kept = { base: Base; text: string }

const undoMost = 50

export class Draft {
  private listeners = new Set<() => void>()
  private doc: Document = read('{}')
  private past: string[] = []
  private baseConfig: Config = {}
  state: DraftState = { latest: null, base: null, text: '', config: {}, plan: {}, changes: [], behind: false, undoable: 0 }

  constructor(private readonly key: string, private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {}

  /** Takes note of what is in force. A draft without changes follows it. */
  opened(latest: Base) {
    if (this.state.base?.hash === latest.hash) {
      this.tell({ latest, behind: false })
      return
    }
    const kept = this.state.base ? { base: this.state.base, text: this.state.text } : this.kept()
    if (kept && this.begin(kept.base, kept.text) && (this.state.changes.length > 0 || kept.base.hash === latest.hash)) {
      this.tell({ latest, behind: kept.base.hash !== latest.hash })
      return
    }
    this.start(latest)
  }

  /** Begins anew with a version, without changes. */
  start(latest: Base) {
    this.past = []
    this.begin(latest, latest.document)
    this.storage.removeItem(this.key)
    this.tell({ latest, behind: false, undoable: 0 })
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

  /** Takes another text for the whole document; throws where it is none. */
  replace(text: string) {
    const doc = read(text)
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
    if (changes.length === 0) this.storage.removeItem(this.key)
    else {
      try {
        this.storage.setItem(this.key, JSON.stringify({ base, text } satisfies Kept))
      } catch {
        // no room: it lives as long as this page
      }
    }
  }

  private kept(): Kept | null {
    try {
      const kept = JSON.parse(this.storage.getItem(this.key) ?? 'null') as Kept | null
      return kept && typeof kept.text === 'string' && typeof kept.base?.document === 'string' ? kept : null
    } catch {
      return null
    }
  }

  private tell(change: Partial<DraftState>) {
    this.state = { ...this.state, ...change }
    this.listeners.forEach((listen) => listen())
  }
}
