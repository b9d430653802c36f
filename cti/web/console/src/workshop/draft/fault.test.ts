import { describe, expect, it } from 'vitest'
import { faultOf, linkOf, partsOf } from './fault'

const plan = {
  queues: [{ id: 'service', company: 'a' }, { id: 'repair', company: 'a' }],
  flows: [{ id: 'night', company: 'a', person: 'service', start: 's', nodes: [{ id: 's', kind: 'say' as const }, { id: 'm', kind: 'menu' as const }] }],
}

describe('fault', () => {
  it('takes a message apart', () => {
    expect(faultOf('document:12: hotline.queues[1].max_wait: "x" is no duration: write it as in 90s')).toEqual({
      line: 12, place: 'hotline.queues[1].max_wait', text: '"x" is no duration: write it as in 90s',
    })
    expect(faultOf('document:3: hotline.flows[0].nodes[1].exits.no_input: there is no node "x"').place).toBe('hotline.flows[0].nodes[1].exits.no_input')
    expect(faultOf('document: yaml: line 4: did not find')).toEqual({ line: 1, place: 'yaml', text: 'line 4: did not find' })
    expect(faultOf('something else')).toEqual({ line: 1, place: '', text: 'something else' })
  })

  it('leads to the page', () => {
    expect(linkOf('hotline.queues[1].max_wait', plan)).toBe('/workshop/queues?open=repair')
    expect(linkOf('hotline.queues[repair].max_wait', plan)).toBe('/workshop/queues?open=repair')
    expect(linkOf('hotline.flows[0].nodes[1].say', plan)).toBe('/workshop/flows/night?node=m')
    expect(linkOf('hotline.companies[0].zone', { companies: [{ id: 'gas' }] }, 7)).toBe('/workshop/companies?open=gas')
    expect(linkOf('hotline.contacts[0].number', { contacts: [{ id: 'crew', company: 'gas' }] })).toBe('/workshop/contacts?open=gas%20crew')
    expect(linkOf('alarms.webhooks', plan, 7)).toBe('/workshop/document?line=7')
    expect(partsOf('ports.web', plan)).toBeNull()
  })
})
