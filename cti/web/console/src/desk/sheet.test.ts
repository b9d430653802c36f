import { describe, expect, it } from 'vitest'
import type { Schema } from '../api/client'
import { labelOf, type Form } from '../parts/forms'
import { added, begun, carry, filledBy, kindOf, missing, nameOf, over, passedOn, spoken, ticketOf } from './sheet'
import type { LiveCall } from './wire'

const consultation: Form = {
  kind: 'consultation', label: { zh: '咨询', en: 'Consultation' }, fields: [
    { id: 'matter', type: 'long_text', label: { zh: '内容', en: 'Matter' }, required: true },
    { id: 'about', type: 'choice', label: 'About', options: [{ id: 'tariff', label: { zh: '价格', en: 'Prices' } }] },
    { id: 'phone', type: 'phone', label: 'Phone' },
  ],
}
const emergency: Form = {
  kind: 'emergency', label: 'Emergency', fields: [
    { id: 'place', type: 'place', label: 'Place' }, { id: 'phone', type: 'phone', label: 'Phone' },
    { id: 'happened', type: 'long_text', label: 'Happened' },
    { id: 'danger', type: 'choices', label: 'Danger', options: [{ id: 'leak', label: { zh: '泄漏', en: 'Leak' } }, { id: 'fire', label: { zh: '火情', en: 'Fire' } }] },
    { id: 'evacuated', type: 'yes_no', label: 'Evacuated' },
    { id: 'about', type: 'choice', label: 'About', options: [{ id: 'street', label: 'Street' }] },
  ],
}
const ticket = (over: Partial<Schema<'Ticket'>>) => ({ id: 't', call: 'c1', kind: 'consultation', state: 'draft', owner: '1001', ...over }) as Schema<'Ticket'>

describe('missing', () => {
  it('wants place, phone and matter of an emergency, whatever the form says', () => {
    expect(missing(emergency, {}).map((f) => f.id)).toEqual(['place', 'phone', 'happened'])
    expect(missing(emergency, { place: '  ', phone: '1', happened: 'x' }).map((f) => f.id)).toEqual(['place'])
  })

  it('takes no for an answer', () => {
    const form: Form = { ...emergency, kind: 'praise', fields: [{ id: 'charged', type: 'yes_no', label: 'Charged', required: true }] }
    expect(missing(form, { charged: false })).toEqual([])
    expect(missing(form, {})).toHaveLength(1)
  })
})

describe('spoken', () => {
  it('sends what the form has and what says something', () => {
    expect(spoken(emergency, { place: ' ', danger: [], evacuated: false, matter: 'x', phone: '1' })).toEqual({ evacuated: false, phone: '1' })
  })
})

describe('carry', () => {
  it('keeps the matter and fields of the same name', () => {
    expect(carry({ matter: 'gas smells', phone: '138' }, emergency)).toMatchObject({ happened: 'gas smells', phone: '138' })
    expect(carry({ happened: 'gas smells' }, consultation)).toMatchObject({ matter: 'gas smells' })
  })

  it('overwrites nothing', () => {
    expect(carry({ matter: 'a', happened: 'b' }, emergency).happened).toBe('b')
  })

  it('lets go of an option that the other form does not have', () => {
    expect(carry({ about: 'tariff' }, emergency)).not.toHaveProperty('about')
  })
})

describe('the beginning', () => {
  const call = { caller: '13800000000', emergency: true } as LiveCall

  it('fills in what the system knows', () => {
    expect(begun(call)).toEqual({ phone: '13800000000' })
    expect(begun({ ...call, caller: 'anonymous' })).toEqual({})
    expect(begun(null)).toEqual({})
  })

  it('takes over who he is, where nothing was written', () => {
    expect(added(emergency, { phone: '1' }, { phone: '2', place: '一号楼', name: '王' })).toEqual({ phone: '1', place: '一号楼' })
  })

  it('is an emergency on an emergency line, until somebody has said what it is', () => {
    expect(kindOf(call, ticket({}))).toBe('emergency')
    expect(kindOf(call, ticket({ state: 'open', kind: 'repair' }))).toBe('repair')
    expect(kindOf(null, null)).toBe('consultation')
  })
})

describe('filledBy', () => {
  const act = (verb: string, said: unknown) => ({ verb, said, at: '', by: '', n: 1 }) as Schema<'Act'>

  it('reads the last state of a sheet', () => {
    expect(filledBy([act('opened', {})])).toBeNull()
    expect(filledBy([act('filled', { kind: 'repair', said: { place: 'a' } }), act('noted', { text: 'x' }), act('filled', { kind: 'repair', said: { place: 'b' }, final: true })]))
      .toEqual({ kind: 'repair', values: { place: 'b' }, final: true })
  })

  it('keeps a final sheet final when it is amended', () => {
    expect(filledBy([act('filled', { kind: 'repair', said: {}, final: true }), act('amended', { said: { place: 'c' }, reason: 'r' })]))
      .toEqual({ kind: 'repair', values: { place: 'c' }, final: true })
  })
})

describe('ticketOf', () => {
  it('is the draft of who answered', () => {
    const list = [ticket({ id: 'cb', kind: 'callback' }), ticket({ id: 'o', owner: '1002' }), ticket({ id: 'm' }), ticket({ id: 'x', call: 'c2' })]
    expect(ticketOf('c1', list, '1001')?.id).toBe('m')
    expect(ticketOf('c1', list, '1009')?.id).toBe('o')
    expect(ticketOf('c3', list, '1001')).toBeNull()
  })
})

describe('passedOn', () => {
  it('says in words what was written', () => {
    expect(passedOn(emergency, { danger: ['leak', 'fire'], evacuated: true, place: '' }, 'zh')).toEqual([
      { name: 'danger', value: '泄漏、火情' }, { name: 'evacuated', value: '是' },
    ])
  })

  it('stays within what may be passed on', () => {
    const passed = passedOn(emergency, { happened: '气'.repeat(1_334), place: '一号楼' }, 'zh')
    expect(passed).toEqual([{ name: 'place', value: '一号楼' }])
  })

  it('names fields as the receiver knows them', () => {
    expect(nameOf('matter', [emergency, consultation], 'zh')).toBe('内容')
    expect(nameOf('meter', [emergency], 'zh')).toBe('meter')
    expect(labelOf({ zh: '甲', en: 'A' }, 'en')).toBe('A')
  })
})

describe('over', () => {
  const forms = [consultation, emergency]
  const start = { kind: 'consultation', values: { phone: '138' } }

  it('puts what was typed over the earlier sheet, and not what it began with', () => {
    const earlier = { kind: 'consultation', values: { phone: '021', matter: 'a', about: 'tariff' } }
    expect(over(earlier, { kind: 'consultation', values: { phone: '138', matter: 'b' }, start }, forms))
      .toEqual({ kind: 'consultation', values: { phone: '021', matter: 'b', about: 'tariff' } })
  })
  it('keeps the earlier kind where none was chosen, and the chosen one', () => {
    const earlier = { kind: 'emergency', values: { place: 'x', happened: 'a' } }
    const typed = over(earlier, { kind: 'consultation', values: { phone: '138', matter: 'b' }, start }, forms)
    expect(typed.kind).toBe('emergency')
    expect(spoken(emergency, typed.values)).toEqual({ place: 'x', happened: 'b' })
    const turned = over({ kind: 'consultation', values: { matter: 'a' } }, { kind: 'emergency', values: { place: 'x' }, start }, forms)
    expect(turned.kind).toBe('emergency')
    expect(spoken(emergency, turned.values)).toEqual({ place: 'x', happened: 'a' })
  })
  it('is what was typed where nothing was before, or that was read', () => {
    const whole = { kind: 'consultation', values: { matter: 'b' } }
    expect(over(null, { ...whole, start }, forms)).toEqual(whole)
    expect(over({ kind: 'consultation', values: { phone: '021' } }, whole, forms)).toEqual(whole)
  })
})
