// What differs between two documents, place by place. Elements of a list are told apart by
// their names, so that two people who change two queues do not meet.

/** A step to a place: a key, or the element of a list whose `by` is `is`. */
export type Step = string | { by: string; is: string }

export type Change = {
  path: Step[]
  /** Undefined where it is added. */
  old?: unknown
  /** Undefined where it is removed. */
  now?: unknown
  /** The names of a list in their new order, where only that has changed. */
  order?: string[]
}

type Group = Record<string, unknown>

const isGroup = (v: unknown): v is Group => typeof v === 'object' && v !== null && !Array.isArray(v)

/** Whether a value says nothing: it might as well not be there. A survey without questions
 * says that nothing is asked. */
export function empty(v: unknown): boolean {
  if (v === undefined || v === null || v === '' || v === false || v === 0) return true
  if (Array.isArray(v)) return v.length === 0
  return isGroup(v) && Object.entries(v).every(([k, x]) => empty(x) && !(k === 'questions' && Array.isArray(x)))
}

/** Whether two values say the same. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b || (empty(a) && empty(b))) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => same(v, b[i]))
  if (isGroup(a) && isGroup(b)) return keysOf(a, b).every((k) => same(a[k], b[k]))
  return false
}

function keysOf(a: Group, b: Group): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
}

/** The key by which all elements of some lists are known, each by another value. */
function nameIn(...lists: unknown[][]): string | undefined {
  return ['id', 'did', 'date', 'name'].find((by) => lists.every((list) => {
    const seen = new Set(list.map((v) => (isGroup(v) && typeof v[by] === 'string' ? v[by] : undefined)))
    return !seen.has(undefined) && seen.size === list.length
  }))
}

/** What has changed from one value to another, in the order of the document. */
export function changesOf(a: unknown, b: unknown, path: Step[] = []): Change[] {
  if (same(a, b)) return []
  if (isGroup(a) && isGroup(b)) return keysOf(a, b).flatMap((k) => changesOf(a[k], b[k], [...path, k]))
  if (Array.isArray(a) && Array.isArray(b)) {
    const by = nameIn(a, b)
    if (by) return changesOfLists(a as Group[], b as Group[], by, path)
  }
  return [{ path, old: a, now: b }]
}

function changesOfLists(a: Group[], b: Group[], by: string, path: Step[]): Change[] {
  const name = (v: Group) => String(v[by])
  const at = (is: string): Step[] => [...path, { by, is }]
  const out = a.flatMap((v) => {
    const now = b.find((o) => name(o) === name(v))
    return now ? changesOf(v, now, at(name(v))) : [{ path: at(name(v)), old: v }]
  })
  for (const v of b) {
    if (!a.some((o) => name(o) === name(v))) out.push({ path: at(name(v)), now: v })
  }
  const stay = (list: Group[], others: Group[]) => list.map(name).filter((n) => others.some((o) => name(o) === n))
  const order = stay(b, a)
  if (stay(a, b).join('\n') !== order.join('\n')) out.push({ path, order })
  return out
}

/** A value with a change made in it. What is not there any more is left so. */
export function changed(value: unknown, change: Change, depth = 0): unknown {
  const step = change.path[depth]
  if (step === undefined) return change.order ? ordered(value, change.order) : change.now
  if (typeof step === 'string') {
    const group = isGroup(value) ? { ...value } : {}
    const next = changed(group[step], change, depth + 1)
    if (next === undefined) delete group[step]
    else group[step] = next
    return group
  }
  const list = Array.isArray(value) ? (value as Group[]) : []
  const i = list.findIndex((v) => v[step.by] === step.is)
  const last = depth === change.path.length - 1
  if (i < 0) return last && change.now !== undefined ? [...list, change.now] : list
  const next = changed(list[i], change, depth + 1)
  return next === undefined ? list.filter((_, k) => k !== i) : list.map((v, k) => (k === i ? next : v))
}

function ordered(value: unknown, order: string[]): unknown {
  if (!Array.isArray(value)) return value
  const by = nameIn(value) ?? 'id'
  const rank = (v: Group) => {
    const i = order.indexOf(String(v[by]))
    return i < 0 ? order.length : i
  }
  return (value as Group[]).map((v, i) => ({ v, i })).sort((a, b) => rank(a.v) - rank(b.v) || a.i - b.i).map(({ v }) => v)
}

/** A place as people and the server write it: hotline.queues[service].max_wait. */
export function placeOf(path: Step[]): string {
  return path.reduce<string>((text, step) => (typeof step === 'string' ? (text ? `${text}.${step}` : step) : `${text}[${step.is}]`), '')
}

/** A value on one line. */
export function inline(v: unknown): string {
  if (Array.isArray(v)) return `[${v.map(inline).join(', ')}]`
  if (isGroup(v)) return `{${Object.entries(v).filter(([, x]) => !empty(x)).map(([k, x]) => `${k}: ${inline(x)}`).join(', ')}}`
  return v === undefined || v === null ? '' : String(v)
}
