// What the server finds wrong with a document, and where in the workshop that is.
import { nameOf, type ListName, type Plan } from '../plan'

export type Fault = {
  line: number
  /** As in hotline.lines[2].queue; empty where it has none. */
  place: string
  text: string
}

/** Takes a fault's line, place and words apart: document:3: hotline.lines[2].queue: … */
export function faultOf(message: string): Fault {
  const m = /^document(?::(\d+))?: (?:((?:[a-z_]+)(?:\[[^\]]*\]|\.[^\s.:[\]]+)*): )?([\s\S]*)$/.exec(message)
  return m ? { line: Number(m[1] ?? 1), place: m[2] ?? '', text: m[3]! } : { line: 1, place: '', text: message }
}

const pages: Partial<Record<ListName, string>> = {
  lines: '/workshop/numbers', queues: '/workshop/queues', agents: '/workshop/agents', calendars: '/workshop/calendars', holidays: '/workshop/calendars',
  contacts: '/workshop/contacts', companies: '/workshop/companies',
}

/** The list, the element's name and what is within it, of a place by index or by name. */
export function partsOf(place: string, plan: Plan): { list: ListName; name: string; within: string } | null {
  const m = /^hotline\.([a-z_]+)\[([^\]]*)\](.*)$/.exec(place)
  if (!m) return null
  const list = m[1] as ListName
  const elements = (plan[list] ?? []) as object[]
  const known = elements.some((e) => nameOf(list, e) === m[2])
  const element = known ? undefined : elements[Number(m[2])]
  return { list, name: element ? nameOf(list, element) : m[2]!, within: m[3]!.replace(/^\./, '') }
}

/** Where in the workshop a place is edited. */
export function linkOf(place: string, plan: Plan, line?: number): string {
  const parts = partsOf(place, plan)
  if (parts?.list === 'flows') {
    const flow = plan.flows?.find((f) => f.id === parts.name)
    const m = /^nodes\[([^\]]*)\]/.exec(parts.within)
    const node = m && (flow?.nodes.find((n) => n.id === m[1]) ?? flow?.nodes[Number(m[1])])
    return `/workshop/flows/${encodeURIComponent(parts.name)}${node ? `?node=${encodeURIComponent(node.id)}` : ''}`
  }
  const page = parts && pages[parts.list]
  if (page) return `${page}?open=${encodeURIComponent(parts.name)}`
  return `/workshop/document${line ? `?line=${line}` : ''}`
}
