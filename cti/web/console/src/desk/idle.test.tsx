import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, expect, test, vi } from 'vitest'

const server = vi.hoisted(() => ({ get: vi.fn() }))
vi.mock('../api/client', async (original) => ({ ...await original<typeof import('../api/client')>(), api: { GET: server.get } }))

import { setLanguage } from '../shell/text'
import { Idle } from './idle'
import './text'

afterEach(cleanup)

type Query = { state?: string; limit: number }

// Newest first, as the server has them: as many as are listed at once were closed since.
const tickets = [
  ...Array.from({ length: 1_000 }, (_, i) => ({ id: `c${i}`, state: 'closed', kind: 'consultation', summary: 'closed', opened_at: '2026-11-30T09:00:00Z', due_at: null })),
  { id: 'o1', call: 'call2', state: 'open', kind: 'repair', summary: 'the old leak', opened_at: '2026-11-02T09:00:00Z', due_at: '2026-11-03T09:00:00Z', overdue: true },
  { id: 'd1', call: 'call1', state: 'draft', kind: 'consultation', summary: 'half a sheet', opened_at: '2026-11-01T09:00:00Z', due_at: null },
]

test('what is old and open is listed, however much was closed since', async () => {
  setLanguage('en')
  server.get.mockImplementation(async (_path: string, { params: { query } }: { params: { query: Query } }) => {
    const found = tickets.filter((k) => !query.state || k.state === query.state)
    return { data: { tickets: found.slice(0, query.limit), more: found.length > query.limit }, response: new Response() }
  })
  render(<QueryClientProvider client={new QueryClient()}><MemoryRouter><Idle me="1001" left={[]} onOpen={() => undefined} /></MemoryRouter></QueryClientProvider>)
  expect(await screen.findByText('Sheets to be filled in (1)')).toBeTruthy()
  expect(screen.getByText(/half a sheet/)).toBeTruthy()
  expect(screen.getByText(/the old leak/)).toBeTruthy()
  expect(screen.queryByText(/are listed; older ones/)).toBeNull()
})
