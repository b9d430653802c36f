import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react'
import { api, ask, ProblemError, type Schema } from '../../api/client'
import { Problem } from '../../parts/problem'
import { beforeLeaving } from '../../shell/leaving'
import { useMe } from '../../shell/me'
import { Spin } from 'antd'
import { Draft, type DraftState } from './draft'
import { faultOf, type Fault } from './fault'
import { draftKey } from './kept'

const DraftContext = createContext<Draft | null>(null)

const drafts = new Map<string, Draft>()
// Who logs in to this page next has what the browser keeps of his own.
beforeLeaving(() => Promise.resolve(drafts.clear()))

function draftOf(number: string): Draft {
  let draft = drafts.get(number)
  if (!draft) drafts.set(number, (draft = new Draft(draftKey(number), localStorage)))
  return draft
}

/** Reads what is in force and keeps the draft for the pages within. */
export function DraftProvider({ children }: { children: ReactNode }) {
  const { number } = useMe()
  const [draft] = useState(() => draftOf(number))
  const config = useQuery({ queryKey: ['config'], queryFn: () => ask(api.GET('/api/v1/config')), refetchInterval: 30_000 })
  useEffect(() => {
    if (config.data) draft.opened(config.data)
  }, [config.data, draft])
  const { latest } = useSyncExternalStore(draft.subscribe, () => draft.state)
  if (config.error && !latest) return <Problem error={config.error} onRetry={() => void config.refetch()} />
  if (!latest) return <Spin />
  return <DraftContext value={draft}>{children}</DraftContext>
}

/** The draft, to change it. */
export function useDraft(): Draft {
  const draft = useContext(DraftContext)
  if (!draft) throw new Error('no draft here')
  return draft
}

/** What the draft says now. */
export function useDrafted(): DraftState {
  const draft = useDraft()
  return useSyncExternalStore(draft.subscribe, () => draft.state)
}

export type Checked = { faults: Fault[]; changes: Schema<'ConfigChange'>[] | null; error: unknown; checking: boolean; again: () => void }

/** What the server says of the draft; it is asked anew after each edit. */
export function useChecked(): Checked {
  const { text, changes } = useDrafted()
  const checked = useQuery({
    queryKey: ['config', 'check', text], enabled: changes.length > 0, retry: false, staleTime: 60_000, gcTime: 60_000,
    queryFn: () => ask(api.POST('/api/v1/config/diff', { body: { document: text } })),
  })
  const { error } = checked
  const faulty = error instanceof ProblemError && error.status === 422
  return {
    faults: faulty ? error.errors.map((e) => faultOf(e.message ?? '')) : [],
    changes: checked.data?.changes ?? null,
    error: faulty ? null : error,
    checking: checked.isFetching,
    again: () => void checked.refetch(),
  }
}

/** The server's faults at a place and within it. */
export function useFaults(place: string): Fault[] {
  return useChecked().faults.filter((f) => f.place === place || f.place.startsWith(`${place}.`) || f.place.startsWith(`${place}[`))
}

/** Whether somebody may change what is a company's; of nobody's alone only an administrator may. */
export function useMay(): (company: string) => boolean {
  const me = useMe()
  return (company) => me.role === 'administrator' || (me.role === 'operator' && company === me.company)
}

/** Reads everything anew that a published version may have changed. */
export function useRenew(): () => Promise<void> {
  const client = useQueryClient()
  return async () => {
    await Promise.all([['config'], ['versions'], ['hours'], ['prompts']].map((queryKey) => client.invalidateQueries({ queryKey })))
  }
}
