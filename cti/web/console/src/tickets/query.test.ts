import { expect, it } from 'vitest'
import { changed, read } from './query'

it('reads filters and leaves out what is none', () => {
  expect(read(new URLSearchParams('state=open&kind=repair&owner=1001&overdue=true&limit=300'))).toEqual({ state: 'open', kind: 'repair', owner: '1001', overdue: true, limit: 300 })
  expect(read(new URLSearchParams('state=lost&kind=x&owner=abc&company=A%20B&limit=99999'))).toEqual({ limit: 100 })
})

it('begins anew with each filter', () => {
  expect(changed(new URLSearchParams('limit=300&state=open'), 'kind', 'repair').toString()).toBe('state=open&kind=repair')
  expect(changed(new URLSearchParams('state=open'), 'state', undefined).toString()).toBe('')
  expect(changed(new URLSearchParams('state=open'), 'limit', '200').toString()).toBe('state=open&limit=200')
})
