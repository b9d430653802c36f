import { expect, test } from 'vitest'
import { agentOf, callOf } from './example'
import { chosenAgents, chosenCalls, countStates, grouped, noFilter } from './group'

const agents = [
  agentOf('1002', { state: 'Talking', queues: ['service', 'repair'] }), agentOf('998', { name: '张三' }), agentOf('1001', { queues: null }),
  agentOf('3001', { company: 'demo2', state: 'Paused', reason: '用餐', queues: ['sales'] }), agentOf('1004', { state: 'Odd' }),
]
const numbers = (list: { agent: string }[]) => list.map((a) => a.agent)

test('by state, in the order in which they are looked for; a state that nobody knows is last', () => {
  expect(grouped(agents, 'state').map((g) => [g.key, numbers(g.agents)])).toEqual([
    ['Ready', ['998', '1001']], ['Talking', ['1002']], ['Paused', ['3001']], ['Odd', ['1004']],
  ])
})

test('by queue: in each that he serves, and those of none last', () => {
  expect(grouped(agents, 'queue').map((g) => [g.key, numbers(g.agents)])).toEqual([
    ['repair', ['1002']], ['sales', ['3001']], ['service', ['998', '1002', '1004']], ['', ['1001']],
  ])
})

test('filters', () => {
  const by = (f: Partial<typeof noFilter>) => numbers(chosenAgents(agents, { ...noFilter, ...f }))
  expect(by({})).toHaveLength(5)
  expect(by({ company: 'demo2' })).toEqual(['3001'])
  expect(by({ queue: 'repair' })).toEqual(['1002'])
  expect(by({ state: 'Ready' })).toEqual(['998', '1001'])
  expect(by({ text: ' 张三 ' })).toEqual(['998'])
  expect(by({ text: '用餐' })).toEqual(['3001'])
  expect(by({ text: '100', company: 'demo', state: 'Ready' })).toEqual(['1001'])
  const calls = [callOf('c1', { agent: '1001' }), callOf('c2', { queue: 'repair', customer: { name: 'Li' } }), callOf('c3', { company: 'demo2' })]
  const of = (f: Partial<typeof noFilter>) => chosenCalls(calls, { ...noFilter, ...f }).map((c) => c.call)
  expect(of({})).toHaveLength(3)
  expect(of({ company: 'demo2' })).toEqual(['c3'])
  expect(of({ queue: 'repair' })).toEqual(['c2'])
  expect(of({ text: 'li' })).toEqual(['c2'])
  expect(of({ text: '1001', state: 'Paused' })).toEqual(['c1'])
})

test('a thousand agents are put together at once', () => {
  const many = Array.from({ length: 1_000 }, (_, i) => agentOf(String(9_999 - i)))
  expect(grouped(many, 'state')[0]?.agents[0]?.agent).toBe('9000')
})

test('counts tell also of states in which nobody is', () => {
  expect(countStates(agents)).toEqual({ Ready: 2, Reserved: 0, Ringing: 0, Talking: 1, WrapUp: 0, Paused: 1, LoggedOff: 0, Odd: 1 })
})
