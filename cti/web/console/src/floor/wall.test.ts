import { expect, test } from 'vitest'
import { agentOf, callOf, figuresOf, rateIn } from './example'
import { fromSnapshot } from './state'
import type { CompanyBoard } from './types'
import { pageOf, staleness, wallOf } from './wall'

const floor = fromSnapshot({
  epoch: 'e', seq: 1, at: '', linked: true,
  queues: [{ company: 'demo', queue: 'service', waiting: 2, agents: 2, ready: 1 }, { company: 'demo2', queue: 'sales', waiting: 0, agents: 1, ready: 0 }],
  agents: [
    agentOf('1001'), agentOf('1002', { state: 'Ringing' }), agentOf('1003', { state: 'LoggedOff' }),
    agentOf('3001', { company: 'demo2', state: 'WrapUp', queues: ['sales'] }),
  ],
  calls: [
    callOf('c1', { waiting_since: '2026-03-02T08:00:09Z' }), callOf('c2', { waiting_since: '2026-03-02T08:00:05Z', emergency: true, state: 'ringing' }),
    callOf('c3', { state: 'talking' }),
  ],
})
const boards: CompanyBoard[] = [
  { company: 'demo', company_name: '三声演示', day: '2026-03-02', at: '', figures: figuresOf({ answered: 5, rates: [rateIn('person', 9, 10, 0.9)] }), queues: [{ queue: 'service', figures: figuresOf({ answered: 4 }) }, { queue: 'repair', figures: figuresOf() }] },
  { company: 'demo2', day: '2026-03-02', at: '', figures: figuresOf({ answered: 2 }), queues: [] },
]

test('all companies: a head of all, and a line of each company and queue', () => {
  const { head, lines } = wallOf(floor, boards, '')
  expect(head).toMatchObject({ name: '', now: { waiting: 2, emergency: 1, since: '2026-03-02T08:00:05Z', ready: 1, talking: 1, paused: 1, loggedOn: 3 }, figures: { answered: 7 } })
  expect(lines.map((l) => [l.name, l.queue])).toEqual([['三声演示', ''], ['三声演示', 'repair'], ['三声演示', 'service'], ['demo2', ''], ['demo2', 'sales']])
  expect(lines[2]).toMatchObject({ now: { waiting: 2, ready: 1 }, figures: { answered: 4 } })
  expect(lines[4]?.figures).toBeUndefined()
})

test('one company: its name at the head, lines of its queues only', () => {
  const { head, lines } = wallOf(floor, boards, 'demo')
  expect(head).toMatchObject({ name: '三声演示', now: { waiting: 2, paused: 0 }, figures: { answered: 5 } })
  expect(lines.map((l) => l.queue)).toEqual(['repair', 'service'])
})

test('what is not known is a gap, never a zero', () => {
  expect(wallOf(null, boards, '').head.now).toBeNull()
  expect(wallOf(floor, undefined, '').head.figures).toBeUndefined()
  expect(wallOf(null, undefined, '').lines).toEqual([])
  expect(wallOf(floor, boards, 'moon').head).toMatchObject({ name: 'moon', now: null, figures: undefined })
})

test('lines without room take turns', () => {
  const lines = [1, 2, 3, 4, 5]
  expect([0, 9_999, 10_000, 20_000, 30_000].map((now) => pageOf(lines, 2, now, 10_000).lines)).toEqual([[1, 2], [1, 2], [3, 4], [5], [1, 2]])
  expect(pageOf([], 2, 12_345, 10_000)).toEqual({ lines: [], page: 1, pages: 1 })
})

test('what is old says so, and for how long', () => {
  const live = (flowing: boolean, heard: number) => ({ flowing, heard, lost: flowing ? 0 : heard, gaps: 0 })
  expect(staleness(100_000, live(true, 96_000), 90_000)).toEqual({ live: false, figures: false, seconds: 0 })
  expect(staleness(100_000, live(true, 94_000), 90_000)).toEqual({ live: true, figures: false, seconds: 6 })
  // A connection that is renewed makes nothing old.
  expect(staleness(100_000, live(false, 99_000), 90_000)).toEqual({ live: false, figures: false, seconds: 0 })
  expect(staleness(100_000, live(false, 96_000), 90_000)).toEqual({ live: true, figures: false, seconds: 4 })
  expect(staleness(100_000, live(true, 99_000), 60_000)).toEqual({ live: false, figures: true, seconds: 40 })
  expect(staleness(100_000, null, 0)).toEqual({ live: true, figures: true, seconds: 0 })
})

test('who came on another company\'s line and waits here is counted here', () => {
  const crossing = callOf('x', { company: 'demo2', queue: 'service', emergency: true, waiting_since: '2026-03-02T08:00:01Z' })
  const queue = { company: 'demo', queue: 'service', waiting: 1, longest_since: '2026-03-02T08:00:01Z', agents: 1, ready: 1 }
  const at = (calls: typeof crossing[]) => fromSnapshot({ epoch: 'e', seq: 1, at: '', linked: true, queues: [queue], agents: [agentOf('1001')], calls })
  // A leader of all companies is told of the call, one of this company of its place in the queue.
  const all = wallOf(at([crossing]), boards, 'demo')
  expect(all.head.now).toMatchObject({ waiting: 1, emergency: 1, since: '2026-03-02T08:00:01Z' })
  expect(all.lines[1]?.now).toMatchObject({ waiting: 1, emergency: 1 })
  const own = wallOf(at([]), boards, 'demo')
  expect(own.head.now).toMatchObject({ waiting: 1, since: '2026-03-02T08:00:01Z' })
  expect(own.lines[1]?.now).toMatchObject({ waiting: 1, since: '2026-03-02T08:00:01Z' })
})
