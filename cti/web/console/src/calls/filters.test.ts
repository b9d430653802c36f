import { describe, expect, it } from 'vitest'
import { read, write } from './filters'

describe('filters', () => {
  it('are read from an address, without what cannot be one', () => {
    expect(read(new URLSearchParams('agent=1001&did=800100&answered=maybe&company=Nope!&caller=138&since=2026-03-02T08:00:00Z')))
      .toEqual({ agent: '1001', did: '800100', caller: '138', since: '2026-03-02T08:00:00.000Z' })
    expect(read(new URLSearchParams('since=yesterday&agent=1'))).toEqual({})
    expect(read(new URLSearchParams('queue=repair&emergency=true&disposition=NO+ANSWER'))).toEqual({ queue: 'repair', emergency: 'true', disposition: 'NO ANSWER' })
    expect(read(new URLSearchParams('queue=Repair!&emergency=perhaps&disposition=LOST'))).toEqual({})
  })

  it('are written into one, back on the first page', () => {
    expect(write(new URLSearchParams('agent=1001&before=2026-03-02T08:00:00Z'), { agent: undefined, answered: 'true' }).toString()).toBe('answered=true')
  })
})
