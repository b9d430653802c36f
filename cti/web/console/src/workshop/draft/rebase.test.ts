import { describe, expect, it } from 'vitest'
import { conflictsOf, rebased } from './rebase'

const base = { queues: [{ id: 'a', max_wait: '5m' }, { id: 'b', max_wait: '5m' }] }

describe('rebase', () => {
  it('brings changes of two people together', () => {
    const mine = { queues: [{ id: 'a', max_wait: '7m' }, { id: 'b', max_wait: '5m' }] }
    const theirs = { queues: [{ id: 'a', max_wait: '5m' }, { id: 'b', max_wait: '9m' }, { id: 'c' }] }
    expect(conflictsOf(base, mine, theirs)).toEqual([])
    expect(rebased(base, mine, theirs)).toEqual({ queues: [{ id: 'a', max_wait: '7m' }, { id: 'b', max_wait: '9m' }, { id: 'c' }] })
  })

  it('shows what both have changed, and takes either', () => {
    const mine = { queues: [{ id: 'a', max_wait: '7m' }, { id: 'b', max_wait: '5m' }] }
    const theirs = { queues: [{ id: 'a', max_wait: '8m' }, { id: 'b', max_wait: '5m' }] }
    const [conflict] = conflictsOf(base, mine, theirs)
    expect(conflict?.place).toBe('queues[a].max_wait')
    expect(rebased(base, mine, theirs)).toEqual(mine)
    expect(rebased(base, mine, theirs, ['queues[a].max_wait'])).toEqual(theirs)
  })

  it('does not call the same change a conflict', () => {
    const both = { queues: [{ id: 'a', max_wait: '7m' }, { id: 'b', max_wait: '5m' }] }
    expect(conflictsOf(base, both, both)).toEqual([])
  })

  it('puts back what they have removed and I have changed', () => {
    const mine = { queues: [{ id: 'a', max_wait: '7m' }, { id: 'b', max_wait: '5m' }] }
    const theirs = { queues: [{ id: 'b', max_wait: '5m' }] }
    expect(conflictsOf(base, mine, theirs)).toHaveLength(1)
    expect(rebased(base, mine, theirs)).toEqual({ queues: [{ id: 'b', max_wait: '5m' }, { id: 'a', max_wait: '7m' }] })
  })
})
