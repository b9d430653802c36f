import { describe, expect, it } from 'vitest'
import type { Account } from './api'
import { addressOf, changeOf, choosable, companiesOf, fieldsOf, found, givable, longEnough, stateOf, tokenOf } from './rules'

const account = (more: Partial<Account> = {}): Account => ({ number: '1001', name: '王伟', role: 'agent', company: 'demo', disabled: false, password: true, totp: false, ...more })
const now = Date.parse('2026-03-02T08:00:00Z')

describe('givable', () => {
  it('lets operators give no role above them', () => {
    expect(givable('operator')).toEqual(['agent', 'shift_leader', 'clerk'])
    expect(givable('administrator')).toContain('administrator')
    expect(givable('agent')).toEqual([])
  })
})

describe('longEnough', () => {
  it.each([
    ['1001', '一二三四五六七八九十', true],
    ['1001', 'short', false],
    ['1001', '100110011001', false],
    ['1001', '1001abcdefghi', false],
    ['1001', '1001abcdefghij', true],
    ['', 'abcdefghij', true],
  ])('%s %s is %s', (number, password, good) => expect(longEnough(number, password)).toBe(good))
})

describe('links', () => {
  it('go there and back', () => {
    const address = addressOf('https://hotline.example', 'ABC234')
    expect(address).toBe('https://hotline.example/reset#ABC234')
    expect(tokenOf(new URL(address).hash)).toBe('ABC234')
  })
  it.each(['', '#', '#<script>', '#' + 'x'.repeat(65)])('%s is no token', (hash) => expect(tokenOf(hash)).toBe(''))
})

describe('stateOf', () => {
  it('tells a link that serves from one that ran out', () => {
    expect(stateOf(account({ password: false, link_until: '2026-03-02T09:00:00Z' }), now)).toBe('link')
    expect(stateOf(account({ password: false, link_until: '2026-03-02T07:00:00Z' }), now)).toBe('none')
    expect(stateOf(account({ disabled: true }), now)).toBe('disabled')
    expect(stateOf(account(), now)).toBe('inUse')
  })
})

describe('changeOf', () => {
  it('is empty where nothing differs', () => {
    expect(changeOf(account(), { name: ' 王伟 ', role: 'agent', company: 'demo', department: '' })).toEqual({})
  })
  it('takes the department from who is no clerk any more', () => {
    expect(changeOf(account({ role: 'clerk', department: 'gas' }), { name: '王伟', role: 'agent', department: 'gas' })).toEqual({ role: 'agent', department: '' })
  })
  it('tells of queues that differ, in whatever order they were chosen', () => {
    const limited = account({ queues: ['repair', 'service'] })
    expect(changeOf(limited, { name: '王伟', role: 'agent', queues: ['service', 'repair'] })).toEqual({})
    expect(changeOf(limited, { name: '王伟', role: 'agent', queues: [] })).toEqual({ queues: [] })
    expect(changeOf(limited, { name: '王伟', role: 'auditor', queues: ['service'] })).toEqual({ role: 'auditor', queues: [] })
  })
  it('clears a name', () => expect(changeOf(account(), { role: 'agent' })).toEqual({ name: '' }))
})

describe('fieldsOf', () => {
  it('leaves out what is empty, and a department of nobody', () => {
    expect(fieldsOf({ number: '1011', name: ' ', role: 'agent', company: '', department: 'gas' })).toEqual({ number: '1011', role: 'agent' })
    expect(fieldsOf({ number: '6002', role: 'clerk', company: 'demo', department: ' gas ' })).toEqual({ number: '6002', role: 'clerk', company: 'demo', department: 'gas' })
  })
})

describe('choosable', () => {
  it('has the queues of the company, and one that is gone while the account has it', () => {
    const queues = [{ company: 'demo', queue: 'service' }, { company: 'demo2', queue: 'night' }]
    expect(choosable(queues, 'demo', ['old'])).toEqual(['old', 'service'])
    expect(choosable(queues, 'demo2')).toEqual(['night'])
  })
})

describe('found', () => {
  const all = [account(), account({ number: '2001', name: '李丽', role: 'shift_leader', company: 'demo2', disabled: true })]
  it('looks in numbers and names', () => {
    expect(found(all, { text: '丽', role: '', company: '', state: '' }, now).map((a) => a.number)).toEqual(['2001'])
    expect(found(all, { text: '100', role: '', company: '', state: '' }, now).map((a) => a.number)).toEqual(['1001'])
  })
  it('takes role, company and state together', () => {
    expect(found(all, { text: '', role: 'agent', company: 'demo2', state: '' }, now)).toEqual([])
    expect(found(all, { text: '', role: '', company: '', state: 'disabled' }, now)).toHaveLength(1)
  })
  it('lists companies once', () => expect(companiesOf([...all, account()])).toEqual(['demo', 'demo2']))
})
