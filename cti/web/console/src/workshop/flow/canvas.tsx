import { applyEdgeChanges, applyNodeChanges, Background, Controls, MarkerType, MiniMap, ReactFlow, type Edge, type OnSelectionChangeParams } from '@xyflow/react'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useText } from '../../shell/text'
import { useShade } from '../../shell/theme'
import type { Flow, Lookup } from '../plan'
import type { Finding } from './check'
import { connect, disconnect, remove } from './edit'
import { FitOnce } from './fit'
import { exitsOf } from './kinds'
import type { Places } from './layout'
import { NodeCard, type Drawn } from './node'
import { edgeId, type lit } from './path'

const nodeTypes = { flow: NodeCard }

type Props = {
  flow: Flow
  lookups: Lookup[]
  places: Places
  findings: Finding[]
  way: ReturnType<typeof lit>
  chosen: string
  mine: boolean
  onChoose: (node: string) => void
  onMove: (places: Places) => void
  onEdit: (flow: Flow) => void
}

/** The drawing: nodes are moved, connected and taken away on it. */
export function Canvas({ flow, lookups, places, findings, way, chosen, mine, onChoose, onMove, onEdit }: Props) {
  const t = useText('workshop')
  const shade = useShade()
  // What the canvas has measured of a node stays with it.
  const drawNodes = useCallback((old: Drawn[]) => flow.nodes.map((n): Drawn => ({
    ...old.find((o) => o.id === n.id), id: n.id, type: 'flow', position: places[n.id]!, selected: n.id === chosen,
    ariaLabel: `${t(`kind.${n.kind}`)} ${n.id}`,
    data: {
      node: n, exits: exitsOf(n, lookups), start: flow.start === n.id, mine, lit: way.nodes.has(n.id), here: way.at === n.id,
      wrong: findings.some((f) => f.node === n.id && f.level === 'error'),
    },
  })), [flow, lookups, places, findings, way, chosen, mine, t])
  const drawEdges = useCallback((old: Edge[]) => flow.nodes.flatMap((n) => Object.entries(n.exits ?? {}).filter(([, to]) => flow.nodes.some((o) => o.id === to)).map(([exit, to]): Edge => {
    const id = edgeId(n.id, exit)
    return {
      ...old.find((o) => o.id === id), id, source: n.id, sourceHandle: exit, target: to, markerEnd: { type: MarkerType.ArrowClosed },
      className: way.edges.has(id) ? 'flow-way' : undefined, animated: way.edges.has(id), ariaLabel: `${n.id} ${exit} → ${to}`,
    }
  })), [flow, way])
  const [nodes, setNodes] = useState(() => drawNodes([]))
  const [edges, setEdges] = useState(() => drawEdges([]))
  useEffect(() => setNodes(drawNodes), [drawNodes])
  useEffect(() => setEdges(drawEdges), [drawEdges])
  // One and the same function: the canvas would call another one with what was chosen before.
  const latest = useRef({ chosen, onChoose })
  useEffect(() => {
    latest.current = { chosen, onChoose }
  })
  const selected = useCallback(({ nodes }: OnSelectionChangeParams) => {
    const { chosen, onChoose } = latest.current
    if (nodes.length === 1 && nodes[0]!.id !== chosen) onChoose(nodes[0]!.id)
  }, [])
  return (
    <div className="flow-canvas" data-testid="canvas">
      <ReactFlow<Drawn> nodes={nodes} edges={edges} nodeTypes={nodeTypes} colorMode={shade} fitViewOptions={{ padding: 0.1, maxZoom: 1 }} minZoom={0.2}
        nodesConnectable={mine} edgesReconnectable={mine} deleteKeyCode={mine ? ['Delete', 'Backspace'] : null}
        onNodesChange={(changes) => setNodes((old) => applyNodeChanges(changes.filter((c) => c.type !== 'remove'), old))}
        onEdgesChange={(changes) => setEdges((old) => applyEdgeChanges(changes.filter((c) => c.type !== 'remove'), old))}
        onNodeDragStop={(_, __, moved) => onMove(Object.fromEntries(moved.map((n) => [n.id, { x: Math.round(n.position.x), y: Math.round(n.position.y) }])))}
        onNodeClick={(_, n) => onChoose(n.id)} onPaneClick={() => onChoose('')} onSelectionChange={selected}
        onConnect={(c) => c.sourceHandle && onEdit(connect(flow, c.source, c.sourceHandle, c.target))}
        onReconnect={(old, c) => c.sourceHandle && onEdit(connect(disconnect(flow, old.source, old.sourceHandle ?? ''), c.source, c.sourceHandle, c.target))}
        onDelete={({ nodes, edges }) => {
          const without = edges.reduce((f, e) => disconnect(f, e.source, e.sourceHandle ?? ''), flow)
          onEdit(remove(without, nodes.map((n) => n.id)))
          if (nodes.some((n) => n.id === chosen)) onChoose('')
        }}>
        <FitOnce />
        <Background />
        <Controls showInteractive={false} aria-label={t('flows.controls')} />
        <MiniMap pannable zoomable ariaLabel={t('flows.map')} />
      </ReactFlow>
    </div>
  )
}
