import { useQuery } from '@tanstack/react-query'
import { send } from '../api/client'
import type { Form, Forms } from './wire'

const none: Form[] = []

/** The company's forms, one for each kind of matter, and its departments. */
export function useForms() {
  const { data, error, refetch } = useQuery({ queryKey: ['desk', 'forms'], staleTime: 300_000, queryFn: () => send<Forms>('GET', '/api/v1/forms') })
  return { kinds: data?.kinds ?? none, departments: data?.departments ?? null, error, retry: () => void refetch() }
}
