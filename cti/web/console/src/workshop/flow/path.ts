// The way of a dry run on the canvas.
import type { Schema } from '../../api/client'

export type Step = Schema<'WalkedStep'>

export const edgeId = (node: string, exit: string) => `${node}|${exit}`

/** What is lit when so many steps are shown; `at` is the node of the last one. */
export function lit(steps: Step[], shown: number): { nodes: Set<string>; edges: Set<string>; at: string } {
  const gone = steps.slice(0, shown)
  return {
    nodes: new Set(gone.map((s) => s.node).filter(Boolean)),
    edges: new Set(gone.slice(0, -1).filter((s) => s.exit).map((s) => edgeId(s.node, s.exit!))),
    at: gone.at(-1)?.node ?? '',
  }
}
