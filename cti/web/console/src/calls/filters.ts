// The list's filters as they stand in the page's address.
import dayjs from 'dayjs'

/** How a call that has ended came out. */
export const dispositions = ['ANSWERED', 'NO ANSWER', 'BUSY', 'FAILED', 'CONGESTION'] as const

export type Filters = {
  since?: string
  until?: string
  company?: string
  did?: string
  agent?: string
  caller?: string
  queue?: string
  answered?: 'true' | 'false'
  emergency?: 'true' | 'false'
  disposition?: (typeof dispositions)[number]
}

/** Reads them; what cannot be one is left out. */
export function read(query: URLSearchParams): Filters {
  const text = (name: string, allowed: RegExp) => {
    const value = query.get(name)?.trim() ?? ''
    return allowed.test(value) ? value : undefined
  }
  const time = (name: string) => {
    const value = query.get(name)
    return value && dayjs(value).isValid() ? dayjs(value).toISOString() : undefined
  }
  const choice = <T extends string>(name: string, allowed: readonly T[]) => allowed.find((a) => a === query.get(name))
  const either = ['true', 'false'] as const
  const filters: Filters = {
    since: time('since'), until: time('until'), company: text('company', /^[a-z0-9][a-z0-9_-]{0,31}$/), did: text('did', /^[0-9+*#]{1,32}$/),
    agent: text('agent', /^[0-9]{3,15}$/), caller: text('caller', /^[0-9+*#]{2,32}$/), queue: text('queue', /^[a-z0-9][a-z0-9_-]{0,31}$/),
    answered: choice('answered', either), emergency: choice('emergency', either), disposition: choice('disposition', dispositions),
  }
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as Filters
}

/** Writes a change of them into an address; what is empty is taken out. */
export function write(query: URLSearchParams, change: Partial<Filters>): URLSearchParams {
  const next = new URLSearchParams(query)
  for (const [name, value] of Object.entries(change)) {
    if (value) next.set(name, value)
    else next.delete(name)
  }
  if (!('before' in change)) next.delete('before')
  return next
}
