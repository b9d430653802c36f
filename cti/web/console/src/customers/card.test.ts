import { expect, it } from 'vitest'
import { begun, edit, fieldOf, numbersOf, search, type Customer } from './card'

const customer: Customer = {
  id: 'x', company: 'demo', name: '王明', address: '人民路 1 号', account: 'A1', note: '', numbers: ['13800000001', '02100000002'], flags: ['vip'], version: 3,
  created_at: '2026-11-01T00:00:00Z', changed_at: '2026-11-01T00:00:00Z',
}

it('sends what was changed, and nothing else', () => {
  const before = begun(customer, true)
  expect(edit(before, before)).toBeNull()
  expect(edit(before, { ...before, name: '王大明', numbers: '13800000001' })).toEqual({ name: '王大明', numbers: ['13800000001'] })
  expect(edit(before, { ...before, flags: [] })).toEqual({ flags: [] })
  expect(edit(before, { ...before, account: '' })).toEqual({ account: '' })
})

it('never sends what is hidden back', () => {
  const masked = begun({ ...customer, name: '王*', numbers: ['138****0001'], address: '****' }, false)
  expect(masked).toEqual({ flags: ['vip'] })
  expect(edit(masked, { ...masked, flags: ['vip', 'in_need'] })).toEqual({ flags: ['in_need', 'vip'] })
})

it('reads numbers as they are written', () => {
  expect(numbersOf(' 138 0000 0001\n021-1234567，95598 ')).toEqual(['138 0000 0001', '021-1234567', '95598'])
})

it('reads a search', () => {
  expect(search(new URLSearchParams('name=王明&number=138 0000-0001&flag=vip&x=1'))).toEqual({ name: '王明', number: '13800000001', flag: 'vip' })
  expect(search(new URLSearchParams('name=+&flag=odd'))).toEqual({})
})

it('finds the field of a fault', () => {
  expect(['body.numbers[1]', 'body.name', 'body', undefined].map(fieldOf)).toEqual(['numbers', 'name', 'body', undefined])
})
