import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, renderHook, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ProblemError } from '../api/client'
import type { Form } from '../parts/forms'
import { leaving } from '../shell/leaving'
import { MeContext } from '../shell/me'
import { keptOf } from './kept'
import { fill, findTicket, readStory, type Ticket } from './matter'
import { useSheet } from './use-sheet'

vi.mock('./matter', async (original) => ({ ...(await original<typeof import('./matter')>()), fill: vi.fn(), findTicket: vi.fn(), readStory: vi.fn() }))

const place = { agent: '1001', call: 'c1' }
const forms: Form[] = [{ kind: 'consultation', label: 'Consultation', fields: [{ id: 'matter', type: 'long_text', label: 'Matter' }, { id: 'name', type: 'text', label: 'Name' }] }]
const ticket = (owner: string) => ({ id: 't1', call: 'c1', kind: 'consultation', state: 'draft', owner }) as Ticket

function sheet() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  return renderHook(() => useSheet('c1', null, forms), {
    wrapper: ({ children }) => (
      <MeContext value={{ number: '1001', company: 'demo', role: 'agent' } as never}><QueryClientProvider client={client}>{children}</QueryClientProvider></MeContext>
    ),
  }).result
}

beforeEach(() => {
  localStorage.clear()
  vi.mocked(fill).mockReset().mockResolvedValue(ticket('1001'))
  vi.mocked(findTicket).mockReset()
  vi.mocked(readStory).mockReset()
})
afterEach(cleanup)

it('writes nothing into another agent\'s ticket, and keeps it', async () => {
  vi.mocked(findTicket).mockResolvedValue(ticket('1002'))
  vi.mocked(readStory).mockResolvedValue({ acts: [] } as never)
  const now = sheet()
  act(() => now.current.set('matter', 'a'))
  await act(() => now.current.flush())
  expect(now.current.writing.state).toBe('refused')
  await expect(now.current.finish()).rejects.toMatchObject({ status: 409 })
  expect(fill).not.toHaveBeenCalled()
  expect(keptOf(place)?.values).toEqual({ matter: 'a' })
})

it('writes nothing while the earlier sheet cannot be read, and both once it can', async () => {
  vi.mocked(findTicket).mockResolvedValue(ticket('1001'))
  vi.mocked(readStory).mockRejectedValue(new ProblemError(503, 'away', ''))
  const now = sheet()
  act(() => now.current.set('matter', 'a'))
  await act(() => now.current.flush())
  expect(now.current.writing.state).toBe('failed')
  expect(fill).not.toHaveBeenCalled()
  // A page that is loaded again knows that it was not read.
  expect(keptOf(place)).toMatchObject({ values: { matter: 'a' }, start: { kind: 'consultation', values: {} } })
  vi.mocked(readStory).mockResolvedValue({ acts: [{ verb: 'filled', said: { kind: 'consultation', said: { name: 'Wang' } } }] } as never)
  await act(() => now.current.flush())
  expect(vi.mocked(fill).mock.lastCall?.[1]).toEqual({ kind: 'consultation', values: { name: 'Wang', matter: 'a' } })
  await waitFor(() => expect(now.current.now.values).toEqual({ name: 'Wang', matter: 'a' }))
  expect(keptOf(place)).toBeNull()
})

it('brings what was written to the server before somebody logs out', async () => {
  vi.mocked(findTicket).mockResolvedValue(ticket('1001'))
  vi.mocked(readStory).mockResolvedValue({ acts: [] } as never)
  const now = sheet()
  await waitFor(() => expect(now.current.ticket).not.toBeNull())
  act(() => now.current.set('matter', 'a'))
  await act(() => leaving())
  expect(fill).toHaveBeenCalledTimes(1)
  expect(keptOf(place)).toBeNull()
})
