import { beforeEach, describe, expect, it } from 'vitest'
import { Draft, type Base } from './draft'

const base = (version: number, wait: string): Base => ({
  version, hash: `h${version}`, document: `hotline:\n  queues:\n    - {id: a, max_wait: ${wait}}\n    - {id: b}\n`,
})

function storage() {
  const kept = new Map<string, string>()
  return {
    kept,
    getItem: (k: string) => kept.get(k) ?? null,
    setItem: (k: string, v: string) => void kept.set(k, v),
    removeItem: (k: string) => void kept.delete(k),
  }
}

describe('draft', () => {
  let store: ReturnType<typeof storage>
  let draft: Draft
  beforeEach(() => {
    store = storage()
    draft = new Draft('d', store)
    draft.opened(base(1, '5m'))
  })

  it('counts what is not published, and takes edits back', () => {
    expect(draft.state.changes).toEqual([])
    draft.put(['hotline', 'queues', 1, 'max_wait'], '9m')
    expect(draft.state.changes).toHaveLength(1)
    expect(store.kept.size).toBe(1)
    draft.undo()
    expect(draft.state.changes).toEqual([])
    expect(store.kept.size).toBe(0)
  })

  it('is there again in another page, with the version it began from', () => {
    draft.put(['hotline', 'queues', 1, 'max_wait'], '9m')
    const again = new Draft('d', store)
    again.opened(base(2, '6m'))
    expect(again.state.changes).toHaveLength(1)
    expect(again.state.behind).toBe(true)
    expect(again.conflicts()).toEqual([])
    again.rebase([])
    expect(again.state.behind).toBe(false)
    expect(again.state.base!.version).toBe(2)
    expect(again.state.plan.queues).toEqual([{ id: 'a', max_wait: '6m' }, { id: 'b', max_wait: '9m' }])
  })

  it('follows what is in force while nothing is changed', () => {
    draft.opened(base(2, '6m'))
    expect(draft.state.base!.version).toBe(2)
    expect(draft.state.plan.queues![0]!.max_wait).toBe('6m')
  })

  it('asks where both have changed a place', () => {
    draft.put(['hotline', 'queues', 0, 'max_wait'], '7m')
    draft.opened(base(2, '6m'))
    expect(draft.conflicts().map((c) => c.place)).toEqual(['hotline.queues[a].max_wait'])
    draft.rebase(['hotline.queues[a].max_wait'])
    expect(draft.state.changes).toEqual([])
  })

  it('is behind where its text was written to the version before', () => {
    draft.opened(base(2, '6m'))
    draft.replace(base(1, '7m').document, base(1, '5m'))
    expect(draft.state.base!.version).toBe(1)
    expect(draft.state.behind).toBe(true)
    expect(draft.conflicts().map((c) => c.place)).toEqual(['hotline.queues[a].max_wait'])
    draft.opened(base(3, '6m'))
    draft.replace(base(2, '6m').document, base(2, '6m')) // nothing was changed in it
    expect(draft.state).toMatchObject({ behind: false, changes: [], base: { version: 3 } })
  })

  it('leaves the draft of another page where it is', () => {
    const other = new Draft('d', store)
    other.opened(base(1, '5m'))
    draft.put(['hotline', 'queues', 1, 'max_wait'], '9m')
    const kept = [...store.kept.values()]
    other.opened(base(2, '6m'))
    other.start(base(2, '6m'))
    expect([...store.kept.values()]).toEqual(kept)
    other.put(['hotline', 'queues', 1, 'max_wait'], '8m')
    expect(other.state.elsewhere).toBe(true)
    other.undo()
    expect(other.state.elsewhere).toBe(false)
    expect([...store.kept.values()]).toEqual(kept)
    draft.put(['hotline', 'queues', 1, 'max_wait'], '7m')
    expect(draft.state.elsewhere).toBe(false)
    draft.undo()
    draft.undo()
    expect(store.kept.size).toBe(0)
  })

  it('takes the place of another page\'s draft, or takes it over, when told to', () => {
    const other = new Draft('d', store)
    other.opened(base(1, '5m'))
    const wait = (d: Draft) => d.state.plan.queues![1]!.max_wait
    draft.put(['hotline', 'queues', 1, 'max_wait'], '9m')
    other.put(['hotline', 'queues', 1, 'max_wait'], '8m')
    other.keepThis()
    expect(other.state.elsewhere).toBe(false)
    expect([...store.kept.values()].join()).toContain('8m')
    draft.put(['hotline', 'queues', 1, 'max_wait'], '7m')
    expect(draft.state.elsewhere).toBe(true)
    draft.takeOther()
    expect(wait(draft)).toBe('8m')
    draft.put(['hotline', 'queues', 1, 'max_wait'], '6m')
    expect(draft.state.elsewhere).toBe(false)
    expect([...store.kept.values()].join()).toContain('6m')
  })

  it('is taken out of the storage by a page that was loaded again', () => {
    draft.put(['hotline', 'queues', 1, 'max_wait'], '9m')
    const again = new Draft('d', store)
    again.opened(base(1, '5m'))
    again.start(base(1, '5m'))
    expect(store.kept.size).toBe(0)
  })

  it('refuses a text that is none and stays as it was', () => {
    expect(() => draft.replace('a: [')).toThrow()
    expect(draft.state.plan.queues).toHaveLength(2)
  })
})
