import { describe, expect, it } from 'vitest'
import { configOf, put, read, write } from './document'

const text = `# who answers
hotline:
  lines:
    # the public number
    - {did: 0218001, company: gas, mode: greeted, queue: service}
  queues:
    - id: service # the day's
      company: gas
      members: ["1001", 1002]
      priority: 3
  agents:
    - {id: "1001", company: gas, skills: {gas: 5}}
  flows:
    - id: main
      nodes:
        - {id: menu, kind: menu, exits: {1: people}}
`

describe('document', () => {
  it('takes digits for names, and numbers for numbers', () => {
    const plan = configOf(read(text)).hotline!
    expect(plan.lines![0]!.did).toBe('0218001')
    expect(plan.queues![0]).toEqual({ id: 'service', company: 'gas', members: ['1001', '1002'], priority: 3 })
    expect(plan.agents![0]!.skills).toEqual({ gas: 5 })
    expect(plan.flows![0]!.nodes[0]!.exits).toEqual({ 1: 'people' })
  })

  it('keeps comments and the leading zero where something else changes', () => {
    const doc = read(text)
    put(doc, ['hotline', 'queues', 0], { id: 'service', company: 'gas', members: ['1001'], max_wait: '10m' })
    put(doc, ['hotline', 'flows', 0, 'nodes', 0, 'exits', '2'], 'people')
    const out = write(doc)
    for (const words of ['# who answers', '# the public number', "# the day's", 'max_wait: 10m', '0218001']) expect(out).toContain(words)
    expect(out).not.toContain('priority')
    const again = configOf(read(out)).hotline!
    expect(again.queues![0]!.members).toEqual(['1001'])
    expect(again.lines![0]!.did).toBe('0218001')
    expect(again.flows![0]!.nodes[0]!.exits).toEqual({ 1: 'people', 2: 'people' })
  })

  it('makes lists that are not there, and takes elements away', () => {
    const doc = read(text)
    put(doc, ['hotline', 'calendars', 0], { id: 'office', zone: 'Asia/Shanghai', holidays: undefined })
    put(doc, ['hotline', 'agents', 0], undefined)
    const plan = configOf(read(write(doc))).hotline!
    expect(plan.calendars).toEqual([{ id: 'office', zone: 'Asia/Shanghai' }])
    expect(plan.agents).toEqual([])
  })

  it('moves elements of a list with their comments', () => {
    const doc = read('a:\n  - id: x # first\n  - id: y # second\n')
    put(doc, ['a'], [{ id: 'y' }, { id: 'x' }])
    expect(write(doc).replace(/\s+/g, ' ')).toContain('- id: y # second - id: x # first')
  })

  it('tells what is no YAML', () => {
    expect(() => read('a: [1')).toThrow(/line/)
  })
})
