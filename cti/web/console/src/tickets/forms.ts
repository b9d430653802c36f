// The forms of record sheets, and the departments, as the company has them.
import { useQuery } from '@tanstack/react-query'
import { send } from '../api/client'
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
  departments?: { id: string; label: Label }[] | null
}

const none: Forms = { kinds: [] }

/** A company's forms; none where the role is not told them. */
export function useForms(company?: string): Forms & { error: unknown; pending: boolean } {
  const query = company ? `?company=${encodeURIComponent(company)}` : ''
  const { data, error, isPending } = useQuery({
    queryKey: ['forms', company ?? ''], staleTime: 300_000,
    queryFn: () => send<Forms>('GET', `/api/v1/forms${query}`).catch((cause: unknown) => {
      if (absent(cause)) return none
      throw cause
    }),
  })
  return { kinds: data?.kinds ?? none.kinds, departments: data?.departments, error, pending: isPending }
}

export function labelOf(label: Label | undefined, language: string): string {
  if (label === undefined || typeof label === 'string') return label ?? ''
  return language === 'zh' ? label.zh : label.en
}
