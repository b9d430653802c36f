import { useQuery } from '@tanstack/react-query'
import { api, ask } from '../api/client'
import { useRole } from '../shell/me'

/** The queues that calls may be chosen by; the one that is chosen is among them, also where they cannot be read. */
export function useQueues(company: string | undefined, chosen: string | undefined): string[] {
  const reads = useRole('agent', 'shift_leader', 'operator', 'administrator', 'auditor')
  const { data } = useQuery({
    queryKey: ['calls', 'queues', company ?? ''], staleTime: 300_000, enabled: reads,
    queryFn: async () => (await ask(api.GET('/api/v1/queues', { params: { query: company ? { company } : {} } }))).queues.map((q) => q.queue),
  })
  return [...new Set([...(data ?? []), ...(chosen ? [chosen] : [])])].sort()
}
