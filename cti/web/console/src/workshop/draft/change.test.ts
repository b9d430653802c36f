import { describe, expect, it } from 'vitest'
import { changed, changesOf, inline, placeOf } from './change'

const base = { hotline: { queues: [{ id: 'a', members: ['1'] }, { id: 'b', priority: 1 }], agents: [{ id: '1' }] } }

describe('change', () => {
  it('names each place', () => {
    const next = { hotline: { queues: [{ id: 'b', priority: 2 }, { id: 'c' }], agents: [{ id: '1', webrtc: false }] } }
    const all = changesOf(base, next)
    expect(all.map((c) => placeOf(c.path))).toEqual(['hotline.queues[a]', 'hotline.queues[b].priority', 'hotline.queues[c]'])
    expect(all.reduce((v, c) => changed(v, c), base as unknown)).toEqual({ hotline: { queues: [{ id: 'b', priority: 2 }, { id: 'c' }], agents: [{ id: '1' }] } })
  })

  it('sees another order, and takes it over', () => {
    const all = changesOf([{ id: 'a' }, { id: 'b' }], [{ id: 'b' }, { id: 'a' }])
    expect(all).toEqual([{ path: [], order: ['b', 'a'] }])
    expect(changed([{ id: 'a' }, { id: 'x' }, { id: 'b' }], all[0]!)).toEqual([{ id: 'b' }, { id: 'a' }, { id: 'x' }])
  })

  it('takes what says nothing for nothing', () => {
    expect(changesOf({ a: [], b: false, c: '' }, {})).toEqual([])
  })

  it('takes a survey without questions for one that asks nothing', () => {
    const line = { did: '1' }, none = { did: '1', survey: { questions: [] } }
    expect(changesOf([line], [none])).toEqual([{ path: [{ by: 'did', is: '1' }, 'survey'], now: { questions: [] } }])
    expect(changesOf([none], [none])).toEqual([])
    expect(changesOf([line], [{ did: '1', survey: { questions: undefined } }])).toEqual([])
  })

  it('leaves alone what is gone', () => {
    const inside = { path: ['hotline', 'queues', { by: 'id', is: 'gone' }, 'priority'], now: 3 }
    expect(changed(base, inside)).toEqual(base)
    const added = { path: ['flows', { by: 'id', is: 'n' }], now: { id: 'n' } }
    expect(changed({}, added)).toEqual({ flows: [{ id: 'n' }] })
  })

  it('writes values on one line', () => {
    expect(inline({ id: 'a', members: ['1', '2'], off: false })).toBe('{id: a, members: [1, 2]}')
  })
})
