import { expect, test } from 'vitest'
import { patched } from './patch'

type Thing = { id: string; state: string; call?: string; queues?: string[] }
const known: Thing = { id: '1', state: 'Talking', call: 'c1', queues: ['service'] }

test('what has changed is put onto what is known, which stays as it was', () => {
  const after = patched(known, { id: '1', state: 'WrapUp', call: null })
  expect(after).toEqual({ id: '1', state: 'WrapUp', queues: ['service'] })
  expect('call' in after).toBe(false)
  expect(after.queues).toBe(known.queues)
  expect(known.call).toBe('c1')
})

test('what is new is whole', () => {
  expect(patched<Thing>(undefined, { id: '2', state: 'Ready' })).toEqual({ id: '2', state: 'Ready' })
})
