// What can be done to a drawn flow. Each gives another flow; none changes the one it got.
import type { Flow, FlowNode, Kind } from '../plan'
import { freeKey, kinds, newKey } from './kinds'

const replace = (flow: Flow, id: string, by: (n: FlowNode) => FlowNode): Flow => ({ ...flow, nodes: flow.nodes.map((n) => (n.id === id ? by(n) : n)) })

/** A name for a new node that is not taken. */
export function freeId(flow: Flow, kind: Kind): string {
  const base = kind.replace('_', '-')
  for (let i = 1; ; i++) {
    const id = i === 1 ? base : `${base}-${i}`
    if (!flow.nodes.some((n) => n.id === id)) return id
  }
}

export function add(flow: Flow, node: FlowNode): Flow {
  return { ...flow, start: flow.start || node.id, nodes: [...flow.nodes, node] }
}

export function update(flow: Flow, id: string, node: FlowNode): Flow {
  const exits = node.exits && Object.fromEntries(Object.entries(node.exits).map(([e, to]) => [e, to === id ? node.id : to]))
  return replace(id === node.id ? flow : rename(flow, id, node.id), node.id, () => ({ ...node, exits }))
}

/** Draws an exit; a menu's next free key where it is newKey. */
export function connect(flow: Flow, from: string, exit: string, to: string): Flow {
  return replace(flow, from, (n) => {
    const by = exit === newKey ? freeKey(n) : exit
    return by === undefined ? n : { ...n, exits: { ...n.exits, [by]: to } }
  })
}

export function disconnect(flow: Flow, from: string, exit: string): Flow {
  return replace(flow, from, (n) => {
    const exits = { ...n.exits }
    delete exits[exit]
    return { ...n, exits: Object.keys(exits).length > 0 ? exits : undefined }
  })
}

/** Takes nodes away with every exit that leads to them. */
export function remove(flow: Flow, ids: string[]): Flow {
  const nodes = flow.nodes.filter((n) => !ids.includes(n.id)).map((n) => {
    const left = Object.entries(n.exits ?? {}).filter(([, to]) => !ids.includes(to))
    return { ...n, exits: left.length > 0 ? Object.fromEntries(left) : undefined }
  })
  return { ...flow, nodes, start: ids.includes(flow.start) ? (nodes[0]?.id ?? '') : flow.start }
}

export function rename(flow: Flow, from: string, to: string): Flow {
  return {
    ...flow,
    start: flow.start === from ? to : flow.start,
    nodes: flow.nodes.map((n) => ({
      ...n, id: n.id === from ? to : n.id,
      exits: n.exits && Object.fromEntries(Object.entries(n.exits).map(([e, t]) => [e, t === from ? to : t])),
    })),
  }
}

/** A node of another kind keeps what that kind has, too. */
export function turn(node: FlowNode, kind: Kind): FlowNode {
  const rule = kinds[kind]
  const kept = Object.fromEntries(Object.entries(node).filter(([k]) => (rule.fields as string[]).includes(k)))
  const exits = Object.entries(node.exits ?? {}).filter(([e]) => rule.needs.includes(e) || rule.may.includes(e) || (rule.keys === true && /^[0-9*#]$/.test(e)))
  return { ...kept, id: node.id, kind, exits: exits.length > 0 ? Object.fromEntries(exits) : undefined }
}

/** A flow to begin with: hours, then people or a message. */
export function begun(id: string, company: string, person: string, calendar: string): Flow {
  const people: FlowNode = { id: 'people', kind: 'queue', to: person }
  if (!calendar) return { id, company, person, start: 'people', nodes: [people] }
  return {
    id, company, person, start: 'hours', nodes: [
      { id: 'hours', kind: 'hours', calendar, exits: { open: 'people', closed: 'message' } }, people, { id: 'message', kind: 'voicemail' },
    ],
  }
}
