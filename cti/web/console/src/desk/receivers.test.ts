import { describe, expect, it } from 'vitest'
import type { Schema } from '../api/client'
import { receiversOf } from './receivers'

const agent = (n: string, over: Partial<Schema<'AgentState'>> = {}): Schema<'AgentState'> =>
  ({ agent: n, company: 'demo', state: 'Ready', since: '', reachable: true, queues: ['service'], ...over })

describe('receiversOf', () => {
  const list = receiversOf([
    agent('1001'), agent('1002', { state: 'Talking' }), agent('1003'), agent('1004', { reachable: false }), agent('1005', { state: 'LoggedOff', queues: ['repair'] }),
  ], '1001')

  it('shows who can be asked first, and not oneself nor who is not there', () => {
    expect(list.filter((r) => r.kind === 'agent').map((r) => [r.to, r.free])).toEqual([['1003', true], ['1002', false], ['1004', false]])
  })

  it('counts who is ready in each queue, without oneself', () => {
    expect(list.filter((r) => r.kind === 'queue').map((r) => [r.to, r.state, r.free])).toEqual([['repair', '0', false], ['service', '1', true]])
  })
})
