import { QueryClient } from '@tanstack/react-query'
import { ProblemError } from './client'

/** What was read once and is shown in several places; live pages renew it by its key. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => count < 2 && (!(error instanceof ProblemError) || error.status === 0 || error.status === 503),
    },
    mutations: { retry: false },
  },
})
