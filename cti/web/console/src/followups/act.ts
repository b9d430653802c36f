import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ask, send, type Schema } from '../api/client'
import type { FollowUp } from './attempt'
import type { Questions } from './question'

export type FollowUpOrder = Schema<'FollowUpOrderInputBody'>['order']

/** Says what came of a callback, or whose it is. */
export function useFollowUpOrder(): (f: FollowUp, order: FollowUpOrder, said: Record<string, unknown>) => Promise<unknown> {
  const queries = useQueryClient()
  return async (f, order, said) => {
    await ask(api.POST('/api/v1/follow_ups/{id}/orders', { params: { path: { id: f.id } }, body: { order, said } }))
    await queries.invalidateQueries({ queryKey: ['follow_ups'] })
    void queries.invalidateQueries({ queryKey: ['tickets'] }) // an unsolved one is open again
  }
}

/** Has an agent's phone call the first number of a callback, which he need not know. */
export function useDial(me: string): (f: FollowUp) => Promise<void> {
  const queries = useQueryClient()
  return async (f) => {
    await ask(api.POST('/api/v1/agents/{agent}/orders', { params: { path: { agent: me } }, body: { verb: 'dial', for: `follow_up:${f.id}` } }))
    await queries.invalidateQueries({ queryKey: ['follow_ups'] })
  }
}

/** What callers are asked, and the rules of calling them. */
export function useQuestions(company: string) {
  return useQuery({
    queryKey: ['follow_up_questions', company], staleTime: 300_000,
    queryFn: () => send<Questions>('GET', `/api/v1/follow_ups/questions?company=${encodeURIComponent(company)}`),
  })
}
