import { expect, it } from 'vitest'
import { visits } from '../../test/visit'
import { pages } from './pages'

it('every page is among those that are looked at, and of which pictures are made', () => {
  const paths = visits.map((v) => v.path.split('?')[0]!)
  const unseen = pages.filter(({ path }) => !paths.some((p) => new RegExp(`^${path.replace(/:[a-z]+/g, '[^/]+')}$`).test(p)))
  expect(unseen.map((p) => p.path)).toEqual([])
})
