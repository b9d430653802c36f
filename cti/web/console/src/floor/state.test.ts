import { expect, test } from 'vitest'
import { agentOf, callOf } from './example'
import { reduceFloor } from './state'
import type { FloorDelta, FloorSnapshot, LiveQueue } from './types'

const queue: LiveQueue = { company: 'demo', queue: 'service', waiting: 0, agents: 2, ready: 1 }
const snapshot: FloorSnapshot = {
  epoch: 'e', seq: 7, at: '2026-03-02T08:00:00Z', linked: true, agents: [agentOf('1001'), agentOf('1002')], calls: [callOf('c1')], queues: [queue],
}
const delta = (d: Partial<FloorDelta>): { delta: FloorDelta } => ({ delta: { epoch: 'e', seq: 8, at: '2026-03-02T08:00:01Z', ...d } })

test('changes before a snapshot are of nothing', () => {
  expect(reduceFloor(null, delta({ agents: [agentOf('1001')] }))).toBeNull()
})

test('what changed is told in part, what has gone goes, all else stays the very same', () => {
  const before = reduceFloor(null, { snapshot })!
  const after = reduceFloor(before, delta({
    agents: [{ agent: '1002', state: 'Talking', call: 'c2', reason: null }, agentOf('1003')], gone_agents: ['1009'], calls: [callOf('c2')], gone_calls: ['c1'],
  }))!
  expect([...after.agents.keys()]).toEqual(['1001', '1002', '1003'])
  expect(after.agents.get('1001')).toBe(before.agents.get('1001'))
  expect(after.agents.get('1002')).toEqual(agentOf('1002', { state: 'Talking', call: 'c2' }))
  expect([...after.calls.keys()]).toEqual(['c2'])
  expect(after.queues).toBe(before.queues)
  expect(before.calls.has('c1')).toBe(true)
})

test('a heartbeat changes the time and nothing else', () => {
  const before = reduceFloor(null, { snapshot })!
  const after = reduceFloor(before, delta({ agents: null, gone_calls: [] }))!
  expect(after).toEqual({ ...before, at: '2026-03-02T08:00:01Z' })
  expect(after.agents).toBe(before.agents)
})

test('the link to the switch is lost, and stays so until told', () => {
  const lost = reduceFloor(reduceFloor(null, { snapshot }), delta({ linked: false }))!
  expect(lost.linked).toBe(false)
  expect(reduceFloor(lost, delta({}))?.linked).toBe(false)
  expect(reduceFloor(lost, { snapshot })?.linked).toBe(true)
})

test('what is gone and there again in one change is there', () => {
  const after = reduceFloor(reduceFloor(null, { snapshot }), delta({ gone_calls: ['c1'], calls: [callOf('c1', { state: 'talking' })] }))!
  expect(after.calls.get('c1')?.state).toBe('talking')
})
