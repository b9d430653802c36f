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

  it('refuses a text that is none and stays as it was', () => {
    expect(() => draft.replace('a: [')).toThrow()
    expect(draft.state.plan.queues).toHaveLength(2)
  })
})
