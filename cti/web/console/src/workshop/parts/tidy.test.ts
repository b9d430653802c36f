import { expect, it } from 'vitest'
import { tidy } from './tidy'

it('leaves out what says nothing', () => {
  expect(tidy({ id: ' a ', flow: '', emergency: false, members: [], level: 0, on_call: { chain: [], after: '' }, callback: { attempts: 3 } })).toEqual({
    id: 'a', flow: undefined, emergency: undefined, members: undefined, level: undefined, on_call: undefined, callback: { attempts: 3 },
  })
  expect(tidy({ lookups: [{ id: ' crm ', deadline: '', results: ['known'] }], scores: [1, 2] })).toEqual({ lookups: [{ id: 'crm', deadline: undefined, results: ['known'] }], scores: [1, 2] })
})
