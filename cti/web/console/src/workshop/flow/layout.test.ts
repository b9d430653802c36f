import { describe, expect, it } from 'vitest'
import type { Flow } from '../plan'
import { layout, placed } from './layout'

const flow: Flow = {
  id: 'f', company: 'a', person: 'q', start: 'a', nodes: [
    { id: 'd', kind: 'queue', to: 'q' },
    { id: 'a', kind: 'menu', exits: { 1: 'b', 2: 'c' } },
    { id: 'c', kind: 'say', exits: { next: 'd' } },
    { id: 'b', kind: 'say', exits: { next: 'c', failed: 'a' } },
  ],
}

describe('layout', () => {
  it('puts each node behind all that lead to it', () => {
    const p = layout(flow)
    expect(['a', 'b', 'c', 'd'].map((id) => p[id]!.x)).toEqual([0, 280, 560, 840])
  })

  it('lets no two nodes of a layer meet, in the order of the exits', () => {
    const p = layout({ ...flow, nodes: [flow.nodes[1]!, { id: 'c', kind: 'queue' }, { id: 'b', kind: 'queue' }] })
    expect(p.b!.x).toBe(p.c!.x)
    expect(p.c!.y - p.b!.y).toBeGreaterThan(70)
  })

  it('ends with circles, and with what nobody comes to', () => {
    const p = layout({ ...flow, start: 'gone', nodes: [{ id: 'x', kind: 'say', exits: { next: 'y' } }, { id: 'y', kind: 'say', exits: { next: 'x' } }, { id: 'z', kind: 'queue' }] })
    expect(Object.keys(p).sort()).toEqual(['x', 'y', 'z'])
    expect(layout({ ...flow, nodes: [] })).toEqual({})
  })

  it('leaves what somebody has placed', () => {
    expect(placed(flow, { a: { x: 5, y: 6 } }, layout(flow)).a).toEqual({ x: 5, y: 6 })
  })
})
