// Places for the nodes of a flow that nobody has placed: in layers, from the first node to
// the ends, with as few crossings as sorting by neighbours gives.
import type { Flow, FlowNode } from '../plan'

export type Place = { x: number; y: number }
export type Places = Record<string, Place>

const columnWidth = 280
const gap = 28

/** About how high a node is drawn with so many exits. */
export function heightOf(exits: number): number {
  return 74 + exits * 24
}

export function layout(flow: Flow, exitsOf: (n: FlowNode) => string[] = (n) => Object.keys(n.exits ?? {})): Places {
  const nodes = new Map(flow.nodes.map((n) => [n.id, n]))
  const forward = forwardEdges(flow, nodes)
  const rank = ranks(flow, forward)
  const columns: string[][] = []
  for (const n of flow.nodes) (columns[rank.get(n.id) ?? 0] ??= []).push(n.id)
  for (let i = 0; i < columns.length; i++) columns[i] ??= []
  sortByNeighbours(columns, forward)
  const heights = columns.map((c) => c.reduce((sum, id) => sum + heightOf(exitsOf(nodes.get(id)!).length) + gap, -gap))
  const tallest = Math.max(0, ...heights)
  const places: Places = {}
  columns.forEach((column, i) => {
    let y = (tallest - heights[i]!) / 2
    for (const id of column) {
      places[id] = { x: i * columnWidth, y: Math.round(y) }
      y += heightOf(exitsOf(nodes.get(id)!).length) + gap
    }
  })
  return places
}

/** Exits in their order, without those that lead back on the way to a node. */
function forwardEdges(flow: Flow, nodes: Map<string, FlowNode>): Map<string, string[]> {
  const out = new Map<string, string[]>()
  const open = new Set<string>()
  const visit = (id: string) => {
    if (out.has(id)) return
    const to: string[] = []
    out.set(id, to)
    open.add(id)
    for (const next of Object.values(nodes.get(id)?.exits ?? {})) {
      if (!nodes.has(next) || open.has(next)) continue
      if (!to.includes(next)) to.push(next)
      visit(next)
    }
    open.delete(id)
  }
  if (nodes.has(flow.start)) visit(flow.start)
  flow.nodes.forEach((n) => visit(n.id))
  return out
}

/** How far each node is from the first, by the longest way. What nobody comes to begins anew on the left. */
function ranks(flow: Flow, forward: Map<string, string[]>): Map<string, number> {
  const rank = new Map<string, number>()
  const raise = (id: string, r: number) => {
    if ((rank.get(id) ?? -1) >= r) return
    rank.set(id, r)
    forward.get(id)?.forEach((to) => raise(to, r + 1))
  }
  if (forward.has(flow.start)) raise(flow.start, 0)
  flow.nodes.forEach((n) => {
    if (!rank.has(n.id)) raise(n.id, 0)
  })
  return rank
}

function sortByNeighbours(columns: string[][], forward: Map<string, string[]>) {
  for (let i = 1; i < columns.length; i++) {
    const before = columns.slice(0, i).flat()
    const middle = (id: string) => {
      const at = before.flatMap((b, k) => {
        const exit = forward.get(b)?.indexOf(id) ?? -1
        return exit < 0 ? [] : [k + exit / 100]
      })
      return at.length ? at.reduce((a, b) => a + b, 0) / at.length : before.length
    }
    columns[i] = columns[i]!.map((id) => ({ id, at: middle(id) })).sort((a, b) => a.at - b.at).map(({ id }) => id)
  }
}

/** Places as somebody has put the nodes, and by layout where nobody has. */
export function placed(flow: Flow, kept: Places, auto: Places): Places {
  return Object.fromEntries(flow.nodes.map((n) => [n.id, kept[n.id] ?? auto[n.id] ?? { x: 0, y: 0 }]))
}
