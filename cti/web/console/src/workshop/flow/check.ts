// What is wrong with a flow, told while it is drawn. The server's check is the last word:
// this one knows only the drawing.
import type { Flow, FlowNode, Lookup } from '../plan'
import { aloneOf, kinds } from './kinds'

export type Finding = {
  /** A note is no error: it tells what is easily overlooked. */
  level: 'error' | 'note'
  /** Key of its words. */
  code: 'start' | 'person' | 'id' | 'twice' | 'exitMissing' | 'deadEnd' | 'exitNowhere' | 'exitUnknown' | 'noKey' | 'noAnswer' | 'field' | 'silent' | 'unreachable' | 'circle' | 'hungUp' | 'toPerson'
  node?: string
  exit?: string
  field?: string
  to?: string
  /** The nodes of a circle. */
  way?: string[]
}

const idForm = /^[a-z0-9][a-z0-9_-]{0,31}$/

export function check(flow: Flow, lookups: Lookup[] = []): Finding[] {
  const nodes = new Map(flow.nodes.map((n) => [n.id, n]))
  const out: Finding[] = []
  if (!flow.person) out.push({ level: 'error', code: 'person' })
  if (!nodes.has(flow.start)) out.push({ level: 'error', code: 'start', to: flow.start })
  const seen = new Set<string>()
  for (const n of flow.nodes) {
    if (!idForm.test(n.id)) out.push({ level: 'error', code: 'id', node: n.id })
    else if (seen.has(n.id)) out.push({ level: 'error', code: 'twice', node: n.id })
    seen.add(n.id)
    out.push(...exits(n, nodes, lookups), ...fields(n))
  }
  out.push(...unreachable(flow, nodes), ...circles(flow, nodes))
  if (!out.some((f) => f.level === 'error')) out.push(...hungUp(flow, nodes))
  return out
}

function exits(n: FlowNode, nodes: Map<string, FlowNode>, lookups: Lookup[]): Finding[] {
  const rule = kinds[n.kind]
  if (!rule) return []
  const drawn = Object.entries(n.exits ?? {}).filter(([, to]) => to)
  const words = rule.words ? (lookups.find((l) => l.id === n.service)?.results ?? []) : []
  const allowed = (e: string) => rule.needs.includes(e) || rule.may.includes(e) || words.includes(e) || (rule.keys === true && /^[0-9*#]$/.test(e))
  const error = (code: Finding['code'], more: Partial<Finding> = {}): Finding => ({ level: 'error', code, node: n.id, ...more })
  const out: Finding[] = []
  if (!rule.end && drawn.length === 0) return [error('deadEnd')]
  for (const e of rule.needs) if (!n.exits?.[e]) out.push(error('exitMissing', { exit: e }))
  for (const [e, to] of drawn) {
    if (!allowed(e)) out.push(error('exitUnknown', { exit: e }))
    else if (!nodes.has(to)) out.push(error('exitNowhere', { exit: e, to }))
  }
  if (rule.keys && !drawn.some(([e]) => /^[0-9*#]$/.test(e))) out.push(error('noKey'))
  if (rule.words && drawn.length < 2) out.push(error('noAnswer'))
  for (const e of rule.may) {
    if (!n.exits?.[e] && e !== 'failed' && n.kind !== 'caller') out.push({ level: 'note', code: 'toPerson', node: n.id, exit: e })
  }
  return out
}

function fields(n: FlowNode): Finding[] {
  const [first] = kinds[n.kind]?.fields ?? []
  const value = first ? n[first] : true
  const given = Array.isArray(value) ? value.length > 0 : Boolean(value)
  if (!given && n.kind !== 'voicemail') return [{ level: 'error', code: 'field', node: n.id, field: first }]
  if (n.kind === 'digits' && !n.name) return [{ level: 'error', code: 'field', node: n.id, field: 'name' }]
  if (n.kind === 'hang_up' && !n.say?.some((p) => p !== '@opens')) return [{ level: 'error', code: 'silent', node: n.id }]
  return []
}

function unreachable(flow: Flow, nodes: Map<string, FlowNode>): Finding[] {
  if (!nodes.has(flow.start)) return []
  const come = new Set([flow.start])
  for (const id of come) for (const to of Object.values(nodes.get(id)?.exits ?? {})) if (nodes.has(to)) come.add(to)
  return flow.nodes.filter((n) => !come.has(n.id)).map((n) => ({ level: 'error', code: 'unreachable', node: n.id }))
}

/** Ways back to a node that a caller goes without pressing a key. */
function circles(flow: Flow, nodes: Map<string, FlowNode>): Finding[] {
  const out: Finding[] = []
  const done = new Set<string>()
  const way: string[] = []
  const visit = (id: string) => {
    const at = way.indexOf(id)
    if (at >= 0) {
      out.push({ level: 'error', code: 'circle', node: id, way: [...way.slice(at), id] })
      return
    }
    const n = nodes.get(id)
    if (!n || done.has(id)) return
    done.add(id)
    way.push(id)
    for (const e of aloneOf(n)) {
      const to = n.exits?.[e]
      if (to) visit(to)
    }
    way.pop()
  }
  flow.nodes.forEach((n) => visit(n.id))
  return out
}

/** Where a caller is hung up who presses nothing, asks for a person by 0, or whom a prompt or a service fails. */
function hungUp(flow: Flow, nodes: Map<string, FlowNode>): Finding[] {
  const known = new Map<string, string | undefined>()
  const bye = (id: string): string | undefined => {
    if (known.has(id)) return known.get(id)
    const n = nodes.get(id)
    let at = n?.kind === 'hang_up' ? id : undefined
    for (const e of n ? kinds[n.kind].alone : []) {
      const to = n?.exits?.[e]
      if (to) at ??= bye(to)
    }
    known.set(id, at)
    return at
  }
  const from = [flow.start, ...flow.nodes.flatMap((n) => ['0', 'no_input', 'failed'].map((e) => n.exits?.[e] ?? ''))]
  const places = new Set(from.map((to) => bye(to) ?? '').filter(Boolean))
  return [...places].map((node) => ({ level: 'error', code: 'hungUp', node }))
}
