import { describe, expect, it } from 'vitest'
import type { Schema } from '../api/client'
import { meant, receiversOf } from './receivers'

const agent = (n: string, over: Partial<Schema<'AgentState'>> = {}): Schema<'AgentState'> =>
  ({ agent: n, company: 'demo', state: 'Ready', since: '', reachable: true, queues: ['service'], ...over })

describe('receiversOf', () => {
  const list = receiversOf([
    agent('1001'), agent('1002', { state: 'Talking' }), agent('1003'), agent('1004', { reachable: false }), agent('1005', { state: 'LoggedOff', queues: ['repair'] }),
  ], [{ company: 'demo', id: 'water', name: '自来水公司', number: '021****0000' }], '1001')

  it('shows who can be asked first, and not oneself nor who is not there', () => {
    expect(list.filter((r) => r.kind === 'agent').map((r) => [r.to, r.free])).toEqual([['1003', true], ['1002', false], ['1004', false]])
  })

  it('offers contacts outside, with their numbers masked', () => {
    expect(list.filter((r) => r.kind === 'contact')).toEqual([{ to: 'water', kind: 'contact', name: '自来水公司', state: '021****0000', free: true }])
  })

  it('is found by any part of number or name, in any order', () => {
    const one = { to: '1002', name: 'Wang Fang' }
    expect(['fang', '02 wang', 'FANG wang', ''].map((typed) => meant(one, typed))).toEqual([true, true, true, true])
    expect(['li', 'wang 3'].map((typed) => meant(one, typed))).toEqual([false, false])
  })

  it('counts who is ready in each queue, without oneself', () => {
    expect(list.filter((r) => r.kind === 'queue').map((r) => [r.to, r.state, r.free])).toEqual([['repair', '0', false], ['service', '1', true]])
  })
})
