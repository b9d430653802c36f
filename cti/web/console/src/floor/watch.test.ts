import { expect, test } from 'vitest'
import { agentOf, callOf } from './example'
import { fromSnapshot } from './state'
import { canWatch, freePhones, phoneOn, watchedBy } from './watch'

const talk = callOf('c1', { state: 'talking', agent: '1001', watchers: [{ by: '2001', mode: 'whisper' }, { by: '2002', mode: 'listen' }] })
const floor = fromSnapshot({
  epoch: 'e', seq: 1, at: '', linked: true, queues: [], calls: [talk],
  agents: [
    agentOf('1001', { state: 'Talking', call: 'c1' }), agentOf('1008', { state: 'Talking', call: 'c1', reason: 'supervises' }),
    agentOf('1010', { state: 'Talking', call: 'c1', reason: 'supervises' }), agentOf('1003'), agentOf('1004', { reachable: false }), agentOf('2001'),
  ],
})

test('the call that a leader is on, and how', () => {
  expect(watchedBy('2001', floor.calls.values())).toEqual({ call: talk, mode: 'whisper' })
  expect(watchedBy('2003', floor.calls.values())).toBeNull()
})

test('only a phone that is on the call to listen is hung up: never the talk itself', () => {
  expect(phoneOn('c1', floor, '1010')).toBe('1010')
  expect(phoneOn('c1', floor, '1001')).toBe('1008')
  expect(phoneOn('c1', floor, '1003')).toBe('1008')
  expect(phoneOn('c2', floor, '1010')).toBe('')
})

test("it needs a talk of another agent's", () => {
  expect(canWatch(talk, '1008')).toBe(true)
  expect(canWatch(talk, '1001')).toBe(false)
  expect(canWatch(callOf('c2'), '1008')).toBe(false)
  expect(canWatch(callOf('c2', { state: 'consulting', agent: '1002' }), '')).toBe(true)
})

test('phones to listen by are free and can be rung, his own first', () => {
  expect(freePhones(floor.agents.values(), '2001').map((a) => a.agent)).toEqual(['2001', '1003'])
})
