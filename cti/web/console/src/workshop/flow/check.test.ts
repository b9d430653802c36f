import { describe, expect, it } from 'vitest'
import type { Flow } from '../plan'
import { check } from './check'

const night: Flow = {
  id: 'night', company: 'a', person: 'service', start: 'hours', nodes: [
    { id: 'hours', kind: 'hours', calendar: 'office', exits: { open: 'people', closed: 'closed' } },
    { id: 'people', kind: 'queue', to: 'service' },
    { id: 'closed', kind: 'menu', say: ['closed'], exits: { 1: 'emergency', no_input: 'message', wrong: 'message' } },
    { id: 'emergency', kind: 'emergency', to: '800119' },
    { id: 'message', kind: 'voicemail' },
  ],
}

const codes = (f: Flow, lookups?: Parameters<typeof check>[1]) => check(f, lookups).filter((x) => x.level === 'error').map((x) => [x.code, x.node, x.exit ?? x.field].filter(Boolean).join(' '))
const change = (id: string, to: object): Flow => ({ ...night, nodes: night.nodes.map((n) => (n.id === id ? { ...n, ...to } : n)) })

describe('check of a flow', () => {
  it('finds nothing wrong with a good one', () => {
    expect(check(night)).toEqual([])
  })

  it('finds exits that are missing, unknown, or lead nowhere', () => {
    expect(codes(change('hours', { exits: { open: 'people' } }))).toEqual(['exitMissing hours closed', 'unreachable closed', 'unreachable emergency', 'unreachable message'])
    expect(codes(change('hours', { exits: { open: 'people', closed: 'closed', next: 'people' } }))).toEqual(['exitUnknown hours next'])
    expect(codes(change('closed', { exits: { 1: 'emergency', no_input: 'message', wrong: 'nowhere' } }))).toEqual(['exitNowhere closed wrong'])
    expect(codes(change('closed', { exits: { no_input: 'message', wrong: 'emergency' } }))).toEqual(['noKey closed'])
    expect(codes(change('hours', { exits: {} }))[0]).toBe('deadEnd hours')
  })

  it('finds what nobody comes to, and where callers begin', () => {
    expect(codes({ ...night, start: 'people' })).toEqual(['unreachable hours', 'unreachable closed', 'unreachable emergency', 'unreachable message'])
    expect(codes({ ...night, start: 'x' })).toEqual(['start'])
  })

  it('finds circles without a key, not those by a key', () => {
    const round = change('closed', { exits: { 1: 'emergency', no_input: 'hours', wrong: 'message' } })
    expect(check(round).find((x) => x.code === 'circle')?.way).toEqual(['hours', 'closed', 'hours'])
    expect(codes(change('closed', { exits: { 1: 'emergency', 2: 'hours', no_input: 'message', wrong: 'message' } }))).toEqual([])
  })

  it('wants what a node needs, and a word before hanging up', () => {
    expect(codes(change('people', { to: '' }))).toEqual(['field people to'])
    expect(codes(change('people', { kind: 'hang_up', to: undefined, say: ['@opens'] }))).toEqual(['silent people'])
    expect(codes(change('people', { id: 'hours' }))).toContain('twice hours')
    expect(codes(change('people', { id: 'Menschen' }))).toContain('id Menschen')
  })

  it('finds where who chooses nothing is hung up, not who chooses it', () => {
    const parting = (id: string, exits: object): Flow => ({ ...change(id, { exits }), nodes: [...change(id, { exits }).nodes, { id: 'bye', kind: 'hang_up', say: ['goodbye'] }] })
    for (const e of ['0', 'no_input', 'failed']) expect(codes(parting('closed', { 1: 'emergency', wrong: 'message', [e]: 'bye' }))).toEqual(['hungUp bye'])
    expect(codes(parting('closed', { 1: 'emergency', no_input: 'message', 9: 'bye' }))).toEqual([])
    const silent = parting('hours', { open: 'bye', closed: 'closed' })
    expect(codes({ ...silent, nodes: silent.nodes.filter((n) => n.id !== 'people') })).toEqual(['hungUp bye'])
  })

  it('knows what look-ups may say', () => {
    const asked = change('people', { kind: 'lookup', service: 'crm', to: undefined, exits: { failed: 'message', known: 'message', rich: 'message' } })
    expect(codes(asked, [{ id: 'crm', results: ['known'] }])).toEqual(['exitUnknown people rich'])
  })

  it('notes what goes to the person without being drawn', () => {
    expect(check(change('closed', { exits: { 1: 'emergency', no_input: 'message' } }))).toEqual([{ level: 'note', code: 'toPerson', node: 'closed', exit: 'wrong' }])
  })
})
