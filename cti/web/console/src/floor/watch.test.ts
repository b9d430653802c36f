import { expect, test } from 'vitest'
import { agentOf, callOf } from './example'
import { fromSnapshot } from './state'
import { canWatch, freePhones, watchedBy } from './watch'

const talk = callOf('c1', { state: 'talking', agent: '1001', watchers: [{ by: '2001', phone: '2001', mode: 'whisper' }, { by: '2002', phone: '1008', mode: 'listen' }] })
const floor = fromSnapshot({
  epoch: 'e', seq: 1, at: '', linked: true, queues: [], calls: [talk],
  agents: [
    agentOf('1001', { state: 'Talking', call: 'c1' }), agentOf('1008', { state: 'Talking', call: 'c1', reason: 'supervises' }),
    agentOf('1010', { state: 'Talking', call: 'c1', reason: 'supervises' }), agentOf('1003'), agentOf('1004', { reachable: false }), agentOf('1002'),
  ],
})

test('the call that a leader is on, by which phone, and how', () => {
  expect(watchedBy('2001', floor.calls.values())).toEqual({ call: talk, phone: '2001', mode: 'whisper' })
  expect(watchedBy('2002', floor.calls.values())?.phone).toBe('1008')
  expect(watchedBy('2003', floor.calls.values())).toBeNull()
})

test("it needs a talk of another agent's", () => {
  expect(canWatch(talk, '1008')).toBe(true)
  expect(canWatch(talk, '1001')).toBe(false)
  expect(canWatch(callOf('c2'), '1008')).toBe(false)
  expect(canWatch(callOf('c2', { state: 'consulting', agent: '1002' }), '')).toBe(true)
})

test('phones to listen by are free and can be rung', () => {
  expect(freePhones(floor.agents.values()).map((a) => a.agent)).toEqual(['1002', '1003'])
})
