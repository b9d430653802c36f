import { useQuery } from '@tanstack/react-query'
import { api, ask } from '../../api/client'

/** Names of prompts that a company's callers may hear, for what is chosen from. */
export function usePromptNames(): string[] {
  const prompts = useQuery({ queryKey: ['prompts'], queryFn: () => ask(api.GET('/api/v1/prompts')), staleTime: 60_000 })
  return [...new Set((prompts.data?.prompts ?? []).map((p) => p.name))].sort()
}
