import { act, cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { setLanguage } from '../shell/text'
import { Agents } from './agents'
import { agentOf, callOf } from './example'
import { columnsOf } from './rows'
import { applyDelta, fromSnapshot } from './state'
import './text'

const drawn = vi.hoisted(() => ({ cards: 0 }))
vi.mock('./ticking', () => ({
  Ticking: () => {
    drawn.cards++
    return null
  },
}))
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const none: ReadonlySet<string> = new Set()
const nothing = () => undefined

test('of a thousand agents only those are drawn anew of whom something has changed', () => {
  const floor = fromSnapshot({ epoch: 'e', seq: 1, at: '', linked: true, queues: [], calls: [], agents: Array.from({ length: 1_000 }, (_, i) => agentOf(String(1_001 + i))) })
  const page = (f: typeof floor) => (
    <Agents agents={[...f.agents.values()]} calls={f.calls} by="queue" selected={none} selectable onOpen={nothing} onSelect={nothing} />
  )
  const { rerender } = render(page(floor))
  expect(drawn.cards).toBe(1_000)
  drawn.cards = 0
  const after = applyDelta(floor, {
    epoch: 'e', seq: 2, at: '', agents: [agentOf('1500', { reason: '用餐' }), agentOf('1501', { state: 'Talking', call: 'c1' })], calls: [callOf('c1', { state: 'talking', agent: '1501' })],
  })
  rerender(page(after))
  expect(drawn.cards).toBe(2)
  expect(screen.getByText('用餐')).toBeDefined()
  drawn.cards = 0
  rerender(page(applyDelta(after, { epoch: 'e', seq: 3, at: '', calls: [callOf('c1', { state: 'talking', agent: '1501', emergency: true })] })))
  expect(drawn.cards).toBe(1)
})

test('a card opens by a key, and tells what its colours tell in words', async () => {
  const opened: string[] = []
  render(<Agents agents={[agentOf('1001', { reachable: false, moved: true })]} calls={new Map()} by="queue" selected={none} selectable={false} onOpen={(a) => opened.push(a)} onSelect={nothing} />)
  expect(screen.queryByRole('checkbox')).toBeNull()
  await userEvent.tab()
  await userEvent.keyboard('{Enter}')
  expect(opened).toEqual(['1001'])
  expect(screen.getByRole('region', { name: 'service' })).toBeDefined()
  expect(document.querySelectorAll('[aria-label]').length).toBeGreaterThanOrEqual(3)
})

test('cards that are far from the screen are left out, and their room is kept', () => {
  const seen = new Map<Element, () => void>()
  vi.stubGlobal('IntersectionObserver', class {
    constructor(private readonly tell: (seen: { target: Element; isIntersecting: boolean }[]) => void) {}
    observe(target: Element) { seen.set(target, () => this.tell([{ target, isIntersecting: true }])) }
    unobserve(target: Element) { seen.delete(target) }
  })
  drawn.cards = 0
  const { unmount } = render(<Agents agents={Array.from({ length: 100 }, (_, i) => agentOf(String(1_001 + i)))} calls={new Map()} by="queue" selected={none} selectable onOpen={nothing} onSelect={nothing} />)
  expect(drawn.cards).toBe(0)
  const lists = [...document.querySelectorAll<HTMLElement>('.floor-cards')]
  expect(lists.map((l) => l.style.getPropertyValue('--rows'))).toEqual(['8', '8', '1'])
  act(() => seen.get(lists[2]!)!())
  expect(drawn.cards).toBe(4)
  expect(lists[2]!.textContent).toContain('1097')
  unmount()
  expect(seen.size).toBe(0)
})

test('columns are as wide as a card at least', () => {
  expect([0, 10, 10.5, 21, 21.5, 100].map(columnsOf)).toEqual([1, 1, 1, 1, 2, 9])
})

test('who has passed his call on and writes his notes does not look like who has it now', () => {
  const call = callOf('c1', { state: 'held', agent: '1002', held_since: '2026-03-02T08:05:00Z', watchers: [{ by: '2001', phone: '2001', mode: 'listen' }] })
  const agents = [agentOf('1001', { state: 'WrapUp', call: 'c1', queues: ['a'] }), agentOf('1002', { state: 'Talking', call: 'c1', queues: ['b'] })]
  setLanguage('en')
  render(<Agents agents={agents} calls={new Map([['c1', call]])} by="queue" selected={none} selectable={false} onOpen={nothing} onSelect={nothing} />)
  const notes = screen.getByRole('region', { name: 'a' })
  expect(notes.textContent).toContain('Wrap-up')
  expect(notes.querySelector('[aria-label*="2001"]')).toBeNull()
  const talk = screen.getByRole('region', { name: 'b' })
  expect(talk.textContent).toContain('On hold')
  expect(talk.querySelector('[aria-label*="2001"]')).not.toBeNull()
})

test('an agent who says nothing to his caller is seen on his card', () => {
  setLanguage('en')
  const talks = { state: 'talking', agent: '1001' } as const
  const page = (quiet_since?: string) => (
    <Agents agents={[agentOf('1001', { state: 'Talking', call: 'c1' })]} calls={new Map([['c1', callOf('c1', { ...talks, quiet_since })]])} by="queue" selected={none} selectable={false} onOpen={nothing} onSelect={nothing} />
  )
  const { rerender } = render(page())
  expect(screen.queryByLabelText('The agent is not heard')).toBeNull()
  rerender(page('2026-03-02T08:05:00Z'))
  expect(screen.getByLabelText('The agent is not heard')).toBeDefined()
})
