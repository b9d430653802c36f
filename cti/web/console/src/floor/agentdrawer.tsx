import { Descriptions, Drawer, Empty, Tag } from 'antd'
import { useText } from '../shell/text'
import { Force } from './force'
import { reasonOf } from './reason'
import type { Floor } from './state'
import type { Supervision } from './supervision'
import { Ticking } from './ticking'
import { WatchButtons, Watchers } from './watchbar'

/** All that is known of an agent now, and what a leader may do about it. */
export function AgentDrawer({ agent, floor, queues, by, onClose }: { agent: string; floor: Floor; queues: string[]; by: Supervision; onClose: () => void }) {
  const t = useText('floor')
  const a = floor.agents.get(agent)
  const call = a?.call ? floor.calls.get(a.call) : undefined
  return (
    <Drawer open={agent !== ''} onClose={onClose} size={440} title={a ? `${a.agent} ${a.name ?? ''}` : agent}>
      {!a && <Empty description={t('agentGone')} />}
      {a && (
        <>
          <Descriptions size="small" column={1} items={[
            { key: 'state', label: t('state'), children: <><Tag>{t(`shell:state.${a.state}`)}</Tag><Ticking at={a.since} /></> },
            { key: 'reason', label: t('shell:reason'), children: reasonOf(a.reason, t) || '–' },
            { key: 'phone', label: t('hisPhone'), children: a.reachable ? t('reachable') : <b className="floor-bad">{t('unreachable')}</b> },
            { key: 'company', label: t('company'), children: a.company },
            { key: 'queues', label: t('queue'), children: <>{(a.queues ?? []).map((q) => <Tag key={q}>{q}</Tag>)}{a.moved && <Tag color="orange">{t('moved')}</Tag>}</> },
            ...(call ? [
              { key: 'call', label: t('call.call'), children: <><Tag>{t(`call.${call.state}`)}</Tag>{call.caller} <Ticking at={call.answered_at ?? call.started_at} /></> },
              { key: 'watchers', label: t('watchers'), children: call.watchers?.length ? <Watchers watchers={call.watchers} /> : '–' },
            ] : []),
          ]} />
          {by.leads && call && <><h3>{t('supervise')}</h3><WatchButtons call={call} by={by} words /></>}
          {by.leads && <><h3>{t('forceHead')}</h3><Force agents={[agent]} queues={queues} /></>}
        </>
      )}
    </Drawer>
  )
}
