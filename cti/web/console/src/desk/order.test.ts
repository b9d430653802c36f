import { afterEach, expect, test, vi } from 'vitest'

const server = vi.hoisted(() => ({ post: vi.fn() }))
vi.mock('../api/client', async (original) => ({ ...await original<typeof import('../api/client')>(), api: { POST: server.post } }))

import { giveOrder } from './order'

afterEach(() => vi.restoreAllMocks())

test('an order that does not come through is given up', async () => {
  const late = new AbortController()
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(late.signal)
  server.post.mockImplementation((_path: string, { signal }: { signal?: AbortSignal }) =>
    new Promise((_, cut) => signal?.addEventListener('abort', () => cut(new Error('late')))))
  const given = giveOrder('1001', { verb: 'hang_up', call: 'c1' })
  expect(timeout).toHaveBeenCalledWith(5_000)
  late.abort()
  await expect(given).rejects.toMatchObject({ status: 0, title: 'unreachable' })
})
