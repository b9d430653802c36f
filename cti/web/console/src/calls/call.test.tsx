import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { MemoryRouter, Route, Routes } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { setLanguage } from '../shell/text'

const get = vi.hoisted(() => vi.fn())
vi.mock('../api/client', async (original) => ({ ...await original<typeof import('../api/client')>(), api: { GET: get } }))
vi.mock('./story', () => ({ Story: () => null }))
vi.mock('./facts', () => ({ Facts: ({ action }: { action: never }) => action || null }))
vi.mock('./matters', () => ({ Matters: () => null }))
vi.mock('./amendments', () => ({ Amendments: () => null }))
vi.mock('./proof', () => ({ Proof: () => null }))
vi.mock('./recordings', () => ({ Recordings: () => <p>playing</p> }))
vi.mock('./reason', () => ({ ReasonButton: ({ onReason }: { onReason: (why: string) => void }) => <button onClick={() => onReason('to call back')}>reveal</button> }))

import CallPage from './call'
import './text'

const record = (more: object) => ({ data: { id: 'c1', ...more }, response: new Response() })
const pass = (ms: number) => act(async () => void await vi.advanceTimersByTimeAsync(ms))

beforeEach(() => {
  vi.useFakeTimers()
  setLanguage('en')
  get.mockReset()
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

function show() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(<QueryClientProvider client={client}><MemoryRouter initialEntries={['/calls/c1']}><Routes><Route path="/calls/:id" element={<CallPage />} /></Routes></MemoryRouter></QueryClientProvider>)
  return client
}

it('reads whole numbers once, as each look is on record, also while the call goes on', async () => {
  get.mockResolvedValue(record({ ended_at: null }))
  show()
  await pass(12_000)
  expect(get).toHaveBeenCalledTimes(3)
  fireEvent.click(screen.getByText('reveal'))
  await pass(60_000)
  expect(get).toHaveBeenCalledTimes(4)
  expect(get.mock.lastCall?.[1]).toMatchObject({ params: { query: { reveal: 'to call back' } } })
})

it('keeps what is heard where the record cannot be read again, and says so', async () => {
  get.mockResolvedValueOnce(record({ ended_at: '2026-03-02T08:00:00Z' })).mockResolvedValue({ error: { title: 'away', status: 503 }, response: new Response(null, { status: 503 }) })
  const client = show()
  await pass(100)
  await act(async () => void client.invalidateQueries())
  await pass(100)
  expect(screen.getByText('playing')).toBeTruthy()
  expect(screen.getByRole('alert')).toBeTruthy()
})
