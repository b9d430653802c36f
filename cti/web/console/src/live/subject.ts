// On which subject a page is told of what changes.
import { useQuery } from '@tanstack/react-query'
import { send } from '../api/client'

/** The subject of a desk or of the floor, null where there is none; the same for as long as one is logged in. */
export function useSubject(of: 'desk' | 'floor') {
  return useQuery({
    queryKey: [of, 'subject'], staleTime: Infinity, gcTime: Infinity,
    queryFn: async () => (await send<{ desk?: string; floor?: string }>('POST', '/api/v1/live/pass'))[of] ?? null,
    // Where no engine leads for a moment nobody can say: it comes by itself, for a screen on the wall has nobody who asks again.
    refetchInterval: (q) => (q.state.data === undefined ? 2_000 : false), refetchIntervalInBackground: true,
  })
}
