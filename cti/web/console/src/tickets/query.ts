// The list's filters as they stand in the address, and as the API takes them.
import { kinds, states, type State } from './orders'

export type Filters = {
  company?: string
  kind?: string
  state?: State
  owner?: string
  department?: string
  call?: string
  overdue?: boolean
}

/** How many tickets are read at first, and how many more each time. */
export const page = 100
/** What the API gives at most. */
export const most = 1000

const forms: Record<'company' | 'owner' | 'department' | 'call', RegExp> = {
  company: /^[a-z0-9][a-z0-9_-]{0,31}$/, owner: /^[0-9]{3,15}$/, department: /^[a-z0-9][a-z0-9_-]{0,31}$/, call: /^[A-Za-z0-9._:@-]{1,128}$/,
}

/** Whether a filter may be sent as it was written. */
export function sound(name: keyof typeof forms, text: string): boolean {
  return forms[name].test(text)
}

/** What the address asks for; what it may not ask for is left out. */
export function read(params: URLSearchParams): Filters & { limit: number } {
  const f: Filters = {}
  for (const name of ['company', 'owner', 'department', 'call'] as const) {
    const text = params.get(name)
    if (text && sound(name, text)) f[name] = text
  }
  const [kind, state, limit] = [params.get('kind'), params.get('state'), Number(params.get('limit'))]
  if (kind && kinds.includes(kind)) f.kind = kind
  if (states.includes(state as State)) f.state = state as State
  if (params.get('overdue') === 'true') f.overdue = true
  return { ...f, limit: Number.isInteger(limit) && limit >= page && limit <= most ? limit : page }
}

/** The address after a filter was set; a new filter begins with the first page. */
export function changed(params: URLSearchParams, name: string, value: string | undefined): URLSearchParams {
  const next = new URLSearchParams(params)
  if (value) next.set(name, value)
  else next.delete(name)
  if (name !== 'limit') next.delete('limit')
  return next
}
