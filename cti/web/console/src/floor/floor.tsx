import { Alert, Button, Space, Spin, Tag } from 'antd'
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { Head } from '../parts/page'
import { Problem } from '../parts/problem'
import { useText } from '../shell/text'
import { AgentDrawer } from './agentdrawer'
import { Agents } from './agents'
import { Alarms } from './alarms'
import { Callers } from './callers'
import { useFilter } from './filter'
import { Filters } from './filters'
import './floor.css'
import { Force } from './force'
import { chosenAgents, chosenCalls, chosenQueues, countStates, states } from './group'
import { OwnCall } from './own'
import { useFloor } from './source'
import type { Floor } from './state'
import { useSupervision } from './supervision'
import { Talks } from './talks'
import type { AgentState } from './types'
import { otherCalls, unseen, waitingCalls } from './waiting'
import { PhoneChoice, WatchBar } from './watchbar'

/** The floor: who waits, who talks, what every agent does, and what leaders do about it. */
export default function FloorPage() {
  const t = useText('floor')
  const { floor, error, retry } = useFloor()
  if (!floor) return <><Head title={t('shell:floor')} />{error ? <Problem error={error} onRetry={retry} /> : <Spin size="large" />}</>
  return <Whole floor={floor} />
}

const none: ReadonlySet<string> = new Set()

function Whole({ floor }: { floor: Floor }) {
  const t = useText('floor')
  const { filter, by, set } = useFilter()
  const supervision = useSupervision(floor)
  const [opened, setOpened] = useState('')
  const now = useRef(floor)
  useEffect(() => {
    now.current = floor
  })
  const seen = useCallback(() => now.current, [])
  const [selected, setSelected] = useState<ReadonlySet<string>>(none)
  const select = useCallback((agents: string[], on: boolean) => {
    setSelected((before) => {
      const after = new Set(before)
      agents.forEach((a) => (on ? after.add(a) : after.delete(a)))
      return after
    })
  }, [])
  const agents = useMemo(() => chosenAgents(floor.agents.values(), filter), [floor.agents, filter])
  const calls = useMemo(() => chosenCalls(floor.calls.values(), filter), [floor.calls, filter])
  const waiting = useMemo(() => waitingCalls(calls), [calls])
  const others = useMemo(() => unseen(chosenQueues(floor.queues.values(), filter), calls).waiting, [floor.queues, calls, filter])
  // The table can wait: who waits and what agents do is on the screen before it is drawn.
  const later = useDeferredValue(calls)
  const talks = useMemo(() => otherCalls(later), [later])
  // A queue's figures change all the time, its name does not.
  const names = [...floor.queues.values()].map((q) => `${q.company} ${q.queue}`).sort().join('\n')
  const [companies, queues] = useMemo(() => namesOf(names, filter.company), [names, filter.company])
  // Who is not shown any more is not asked about.
  const chosen = useMemo(() => agents.filter((a) => selected.has(a.agent)).map((a) => a.agent), [agents, selected])

  return (
    <>
      <Head title={t('shell:floor')}>
        <Filters filter={filter} by={by} companies={companies} queues={queues} onSet={set} />
        <PhoneChoice by={supervision} floor={seen} />
      </Head>
      {!floor.linked && <Alert type="error" showIcon role="alert" title={t('unlinked')} className="floor-watch" />}
      <WatchBar by={supervision} />
      <OwnCall calls={floor.calls} />
      <Counts agents={agents} />
      <div className="floor-columns">
        <div className="floor-side">
          <Callers calls={waiting} others={others} />
          <Alarms />
        </div>
        <div className="floor-main">
          <Talks calls={talks} by={supervision} />
          {supervision.leads && selected.size > 0 && (
            <div className="floor-chosen" role="region" aria-label={t('chosen', { n: chosen.length })}>
              <Space wrap>
                <b>{t('chosen', { n: chosen.length })}</b>
                <Force agents={chosen} queues={queues} onDone={(left) => setSelected(new Set(left))} />
                <Button size="small" type="text" onClick={() => setSelected(none)}>{t('unchoose')}</Button>
              </Space>
            </div>
          )}
          <section aria-labelledby="floor-agents" className="floor-panel">
            <h2 id="floor-agents">{t('agents')} <Tag>{agents.length}</Tag></h2>
            <Agents agents={agents} calls={floor.calls} by={by} selected={selected} selectable={supervision.leads} onOpen={setOpened} onSelect={select} />
          </section>
        </div>
      </div>
      {opened && <AgentDrawer agent={opened} floor={floor} queues={queues} by={supervision} onClose={() => setOpened('')} />}
    </>
  )
}

function namesOf(names: string, company: string): [companies: string[], queues: string[]] {
  const pairs = names.split('\n').filter(Boolean).map((n) => n.split(' ') as [string, string])
  return [[...new Set(pairs.map(([c]) => c))], pairs.filter(([c]) => !company || c === company).map(([, q]) => q).sort()]
}

/** How many do what, in one line. */
function Counts({ agents }: { agents: AgentState[] }) {
  const t = useText('floor')
  const n = useMemo(() => countStates(agents), [agents])
  return (
    <dl className="floor-counts">
      {states.map((s) => <div key={s} className={`floor-is-${s}`}><dt><span className="floor-dot" aria-hidden /> {t(`shell:state.${s}`)}</dt><dd className="tabular">{n[s] ?? 0}</dd></div>)}
    </dl>
  )
}
