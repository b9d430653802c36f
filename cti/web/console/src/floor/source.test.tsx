import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ProblemError } from '../api/client'
import { useFloor } from './source'

const held = vi.hoisted(() => ({ send: vi.fn(), follow: vi.fn() }))
vi.mock('../api/client', async (original) => ({ ...await original<typeof import('../api/client')>(), send: held.send }))
vi.mock('../live/provider', () => ({ useLive: () => held }))

beforeEach(() => {
  vi.useFakeTimers()
  held.follow.mockReset().mockReturnValue(() => undefined)
  held.send.mockReset()
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

test('a screen that was begun while no engine leads follows once one does', async () => {
  held.send.mockRejectedValueOnce(new ProblemError(503, 'no leader', '')).mockRejectedValueOnce(new ProblemError(503, 'no leader', '')).mockResolvedValue({ floor: 'live.floor' })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const { result } = renderHook(() => useFloor(), { wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider> })
  const pass = (ms: number) => act(async () => void await vi.advanceTimersByTimeAsync(ms))
  await pass(1_000)
  expect(result.current.error).toMatchObject({ status: 503 })
  expect(held.follow).not.toHaveBeenCalled()
  await pass(5_000)
  expect(held.follow).toHaveBeenCalledTimes(1)
  expect(held.follow.mock.lastCall?.[0]).toMatchObject({ subject: 'live.floor' })
  await pass(60_000)
  expect(held.send).toHaveBeenCalledTimes(3)
})
