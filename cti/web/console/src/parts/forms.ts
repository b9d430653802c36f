// The forms of record sheets, and the departments, as the company has them.
import { useQuery } from '@tanstack/react-query'
import { api, ask } from '../api/client'
import { absent } from '../api/file'

/** A text in both languages, or in the one that there is. */
export type Label = string | { zh: string; en: string }

export type FormField = {
  id: string
  type: string
  label: Label
  hint?: Label
  /** Needed before the sheet is final. */
  required?: boolean
  options?: { id: string; label: Label }[] | null
}

/** What is asked about matters of a kind. */
export type Form = { kind: string; label: Label; fields: FormField[] }

export type Forms = {
  kinds: Form[]
  /** Where matters of the company may be forwarded to, where it is told. */
  departments?: { id: string; label: Label }[] | null
}

const none: Forms = { kinds: [] }

/** A company's forms, one for each kind of matter; none where the role is not told them. */
export function useForms(company?: string): Forms & { error: unknown; pending: boolean; retry: () => void } {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['forms', company ?? ''], staleTime: 300_000,
    queryFn: (): Promise<Forms> => ask(api.GET('/api/v1/forms', { params: { query: company ? { company } : {} } })).catch((cause: unknown) => {
      if (absent(cause)) return none
      throw cause
    }),
  })
  return { kinds: data?.kinds ?? none.kinds, departments: data?.departments, error, pending: isPending, retry: () => void refetch() }
}

export function labelOf(label: Label | undefined, language: string): string {
  if (label === undefined || typeof label === 'string') return label ?? ''
  return language === 'zh' ? label.zh : label.en
}
