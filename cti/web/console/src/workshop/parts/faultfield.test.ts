import { expect, it } from 'vitest'
import { byField, fieldAt, wayOf } from './faultfield'

const fields = [['name'], ['outside', 0, 'role'], ['outside', 0, 'prefixes'], ['outside'], ['survey', 'low']]

it('finds the way to a place', () => {
  expect(wayOf('outside[1].prefixes[0]')).toEqual(['outside', 1, 'prefixes', 0])
  expect(wayOf('')).toEqual([])
})

it('takes the field that is nearest', () => {
  expect(fieldAt('outside[0].prefixes[2]', fields)).toEqual(['outside', 0, 'prefixes'])
  expect(fieldAt('outside[3].prefixes[2]', fields)).toEqual(['outside'])
  expect(fieldAt('survey.low', fields)).toEqual(['survey', 'low'])
  expect(fieldAt('zone', fields)).toBeUndefined()
  expect(fieldAt('', fields)).toBeUndefined()
})

it('puts all of a field together', () => {
  expect(byField([{ within: 'outside[0].prefixes[0]', text: 'a' }, { within: 'outside[0].prefixes[1]', text: 'b' }, { within: 'zone', text: 'c' }], fields)).toEqual([
    { name: ['outside', 0, 'prefixes'], errors: ['a', 'b'] },
  ])
})
