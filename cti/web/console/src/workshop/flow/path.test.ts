import { expect, it } from 'vitest'
import { lit } from './path'

it('lights the way step by step', () => {
  const steps = [{ node: 'a', kind: 'hours', exit: 'open' }, { node: 'b', kind: 'menu', exit: '0' }, { node: '', kind: 'queue' }]
  expect(lit(steps, 0)).toEqual({ nodes: new Set(), edges: new Set(), at: '' })
  expect(lit(steps, 2)).toEqual({ nodes: new Set(['a', 'b']), edges: new Set(['a|open']), at: 'b' })
  expect(lit(steps, 3).edges).toEqual(new Set(['a|open', 'b|0']))
})
