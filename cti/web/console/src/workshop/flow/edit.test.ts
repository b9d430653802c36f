import { describe, expect, it } from 'vitest'
import { add, begun, connect, disconnect, freeId, remove, rename, turn, update } from './edit'
import { check } from './check'
import { exitsOf, newKey } from './kinds'

const flow = begun('main', 'a', 'service', 'office')

describe('edit of a flow', () => {
  it('begins with one that calls can take', () => {
    expect(check(flow)).toEqual([])
    expect(check(begun('main', 'a', 'service', ''))).toEqual([])
  })

  it('adds, connects and disconnects', () => {
    const menu = freeId(flow, 'menu')
    let f = add(flow, { id: menu, kind: 'menu', say: ['x'] })
    f = connect(f, 'hours', 'closed', menu)
    f = connect(f, menu, newKey, 'message')
    f = connect(f, menu, newKey, 'people')
    expect(f.nodes.find((n) => n.id === menu)!.exits).toEqual({ 1: 'message', 2: 'people' })
    expect(freeId(f, 'menu')).toBe('menu-2')
    expect(exitsOf(f.nodes.find((n) => n.id === menu)!)).toEqual(['1', '2', 'no_input', 'wrong', 'failed'])
    expect(disconnect(disconnect(f, menu, '1'), menu, '2').nodes.find((n) => n.id === menu)!.exits).toBeUndefined()
    expect(flow.nodes).toHaveLength(3)
  })

  it('removes a node with what leads to it', () => {
    const f = remove(flow, ['hours'])
    expect(f.start).toBe('people')
    expect(remove(flow, ['message']).nodes[0]!.exits).toEqual({ open: 'people' })
  })

  it('renames everywhere', () => {
    const f = rename(rename(flow, 'hours', 'first'), 'people', 'staff')
    expect(f.start).toBe('first')
    expect(f.nodes[0]!.exits!.open).toBe('staff')
    expect(update(flow, 'people', { id: 'staff', kind: 'queue', to: 'repair' }).nodes[1]).toEqual({ id: 'staff', kind: 'queue', to: 'repair', exits: undefined })
  })

  it('keeps of a node what another kind has, too', () => {
    expect(turn({ id: 'm', kind: 'menu', say: ['x'], tries: 2, exits: { 1: 'a', failed: 'b' } }, 'say')).toEqual({ id: 'm', kind: 'say', say: ['x'], exits: { failed: 'b' } })
  })
})
