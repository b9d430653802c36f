import { useReactFlow } from '@xyflow/react'
import { Button, Select, Tabs, Tag } from 'antd'
import { useMemo, useState } from 'react'
import { Head } from '../../parts/page'
import { useText } from '../../shell/text'
import { useDraft, useDrafted, useFaults, useMay } from '../draft/context'
import { optionsOf } from '../parts/fields'
import { useOpen } from '../parts/open'
import type { Flow, Kind } from '../plan'
import { Canvas } from './canvas'
import { check } from './check'
import { DryRun, type Way } from './dryrun'
import { add, freeId } from './edit'
import { Findings } from './findings'
import { Inspector } from './inspector'
import { exitsOf } from './kinds'
import { layout, placed, type Places } from './layout'
import { Palette } from './palette'
import { lit } from './path'
import { keepPlaces, keptPlaces } from './places'

/** A flow on its canvas, with what is wrong with it and what would happen to a call. */
export function Editor({ flow, index }: { flow: Flow; index: number }) {
  const t = useText('workshop')
  const draft = useDraft()
  const { plan } = useDrafted()
  const mine = useMay()(flow.company)
  const { fitView } = useReactFlow()
  const [chosen, choose] = useOpen('node')
  const [tab, setTab] = useState('node')
  const [places, setPlaces] = useState<Places>(() => keptPlaces(flow.id))
  const [way, setWay] = useState<Way>({ steps: [], shown: 0 })
  const lookups = useMemo(() => plan.companies?.find((c) => c.id === flow.company)?.lookups ?? [], [plan.companies, flow.company])
  const findings = useMemo(() => check(flow, lookups), [flow, lookups])
  const faults = useFaults(`hotline.flows[${index}]`)
  const all = useMemo(() => placed(flow, places, layout(flow, (n) => exitsOf(n, lookups))), [flow, places, lookups])
  const shown = useMemo(() => lit(way.steps, way.shown), [way])
  const errors = findings.filter((f) => f.level === 'error').length
  function edit(next: Flow) {
    draft.put(['hotline', 'flows', index], next)
    setWay({ steps: [], shown: 0 }) // it may be another one now
  }
  const put = (moved: Places) => {
    const next = { ...places, ...moved }
    setPlaces(next)
    keepPlaces(flow.id, next)
  }
  const showAll = () => setTimeout(() => void fitView({ padding: 0.1, maxZoom: 1, duration: 200 }), 50) // when the nodes stand there
  function addNode(kind: Kind) {
    const id = freeId(flow, kind)
    const beside = all[chosen]
    const lowest = Math.max(0, ...Object.values(all).map((p) => p.y))
    put({ ...all, [id]: beside ? { x: beside.x + 280, y: beside.y + 40 } : { x: 0, y: lowest + 180 } })
    edit(add(flow, { id, kind }))
    choose(id)
    setTab('node')
    showAll()
  }
  function arrange() {
    setPlaces({})
    keepPlaces(flow.id, {})
    showAll()
  }
  const node = flow.nodes.find((n) => n.id === chosen)
  return (
    <>
      <Head title={t('flows.title', { id: flow.id })}>
        <Tag>{flow.company}</Tag>
        <label>{t('flows.start')} <Select size="small" disabled={!mine} style={{ minWidth: 120 }} aria-label={t('flows.start')} value={flow.start} options={optionsOf(flow.nodes.map((n) => n.id))} onChange={(start: string) => edit({ ...flow, start })} /></label>
        <label>{t('flows.person')} <Select size="small" disabled={!mine} style={{ minWidth: 120 }} aria-label={t('flows.person')} value={flow.person} options={optionsOf((plan.queues ?? []).map((q) => q.id))} onChange={(person: string) => edit({ ...flow, person })} /></label>
        <Button size="small" onClick={arrange}>{t('flows.arrange')}</Button>
      </Head>
      {mine && <Palette onAdd={addNode} />}
      <div className="flow">
        <Canvas flow={flow} lookups={lookups} places={all} findings={findings} way={shown} chosen={chosen} mine={mine}
          onChoose={(id) => {
            choose(id)
            if (id) setTab('node')
          }} onMove={put} onEdit={edit} />
        <div className="flow-side">
          <Tabs size="small" activeKey={tab} onChange={setTab} items={[
            { key: 'node', label: t('flows.node'), children: node ? <Inspector key={node.id} flow={flow} node={node} lookups={lookups} mine={mine} onEdit={edit} onRename={choose} /> : <p>{t('flows.choose')}</p> },
            { key: 'check', label: <>{t('flows.check')} {errors + faults.length > 0 && <Tag color="error">{errors + faults.length}</Tag>}</>, children: <Findings findings={findings} faults={faults} onChoose={choose} /> },
            { key: 'walk', label: t('flows.walk'), children: <DryRun flow={flow} way={way} onWay={setWay} onChoose={choose} /> },
          ]} />
        </div>
      </div>
    </>
  )
}
