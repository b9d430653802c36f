import { cleanup, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { setLanguage } from '../shell/text'
import Board from './board'
import { agentOf, callOf, figuresOf, rateIn } from './example'
import { fromSnapshot } from './state'
import './text'

const now = vi.hoisted(() => ({
  live: { flowing: true, heard: 0, gaps: 0 },
  floor: null as unknown,
  boards: { data: undefined as unknown, error: null, dataUpdatedAt: 0 },
}))
vi.mock('../live/provider', () => ({ useLiveState: () => now.live }))
vi.mock('./source', () => ({ useFloor: () => ({ floor: now.floor, error: null }), useBoards: () => now.boards }))

beforeEach(() => {
  setLanguage('zh')
  now.live = { flowing: true, heard: Date.now(), gaps: 0 }
  now.floor = fromSnapshot({
    epoch: 'e', seq: 1, at: '', linked: true, agents: [agentOf('1001')], queues: [{ company: 'demo', queue: 'service', waiting: 1, agents: 1, ready: 1 }],
    calls: [callOf('c1', { waiting_since: new Date().toISOString() })],
  })
  now.boards = {
    data: { boards: [{ company: 'demo', company_name: '三声演示', day: '', at: '', figures: figuresOf({ answered: 312, rates: [rateIn('automatic', 97, 100, 0.98), rateIn('person', 95, 100, 0.9)] }), queues: [] }] },
    error: null, dataUpdatedAt: Date.now(),
  }
})
afterEach(cleanup)

const show = () => render(<MemoryRouter initialEntries={['/board']}><Board /></MemoryRouter>)

test('rates below their target have a sign beside the colour', () => {
  show()
  expect(screen.getByRole('heading', { name: '三声演示' })).toBeDefined()
  expect(screen.getByText('312')).toBeDefined()
  expect(screen.getAllByLabelText('未达标')).toHaveLength(1)
  expect(screen.getAllByLabelText('达标')).toHaveLength(1)
  expect(screen.getByText(/97\.0%/)).toBeDefined()
  expect(screen.getByText(/目标 98%/)).toBeDefined()
  expect(screen.queryByTestId('stale')).toBeNull()
})

test('where live data stops the wall says so', () => {
  now.live = { flowing: false, heard: Date.now() - 20_000, gaps: 0 }
  show()
  expect(screen.getByTestId('stale').textContent).toMatch(/已中断 (19|20) 秒/)
  expect(document.querySelector('.board-live-old')).not.toBeNull()
  expect(document.querySelector('.board-figures-old')).toBeNull()
})

test('what is not known yet is a dash', () => {
  now.floor = null
  now.boards = { data: undefined, error: null, dataUpdatedAt: 0 }
  show()
  expect(screen.getByTestId('stale').textContent).toContain('正在等待数据')
  expect(screen.queryByText('0')).toBeNull()
})
