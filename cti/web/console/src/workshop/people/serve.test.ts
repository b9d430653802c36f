import { expect, it } from 'vitest'
import { serve, skillsOf } from './serve'

const agents = [{ id: '1', company: 'a', skills: { gas: 3 } }, { id: '2', company: 'a', skills: { gas: 7 } }, { id: '3', company: 'b', skills: { gas: 9 } }, { id: '4', company: 'a' }]

it('tells who serves a queue', () => {
  expect(serve({ id: 'q', company: 'a', members: ['4'], skill: 'gas', level: 5 }, agents)).toEqual(['4', '2'])
  expect(serve({ id: 'q', company: 'a', members: ['2'], skill: 'gas', level: 1 }, agents)).toEqual(['2', '1'])
  expect(serve({ id: 'q', company: 'a' }, agents)).toEqual([])
  expect(skillsOf([{ id: 'q', company: 'a', skill: 'english' }], agents)).toEqual(['english', 'gas'])
})
