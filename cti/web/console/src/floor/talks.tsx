import { AlertFilled, AudioMutedOutlined, PauseCircleOutlined } from '@ant-design/icons'
import { Table, Tag, type TableColumnsType } from 'antd'
import { memo, useMemo } from 'react'
import { Link } from 'react-router'
import { useText } from '../shell/text'
import type { Supervision } from './supervision'
import { Ticking } from './ticking'
import type { LiveCall } from './types'
import { WatchButtons, Watchers } from './watchbar'

const colours: Partial<Record<LiveCall['state'], string>> = { talking: 'blue', held: 'orange', consulting: 'purple', conference: 'purple', fallback: 'error' }

/** More talks than that scroll in a window of their own, in px, in which only what is seen is drawn. */
const most = 10
const window = { x: 900, y: 400 }

/** The calls that wait for nobody: talks, and callers who are still with the hotline's own voice. */
export const Talks = memo(function Talks({ calls, by }: { calls: LiveCall[]; by: Supervision }) {
  const t = useText('floor')
  // The same columns, and cells that are drawn anew with their call only: a draw is to cost what has changed.
  const columns = useMemo<TableColumnsType<LiveCall>>(() => [
    { title: t('state'), key: 'state', width: 110, render: (_, c) => <State call={c} /> },
    { title: t('agent'), dataIndex: 'agent', width: 70, className: 'tabular' },
    { title: t('caller'), key: 'caller', width: 170, ellipsis: true, render: (_, c) => <Caller call={c} /> },
    { title: t('queue'), dataIndex: 'queue', width: 100, ellipsis: true },
    { title: t('lasts'), key: 'lasts', width: 70, render: (_, c) => <Ticking at={c.answered_at ?? c.started_at} /> },
    { title: t('detail'), key: 'detail', ellipsis: true, width: 150, render: (_, c) => <Detail call={c} /> },
    ...(by.leads ? [{ title: t('supervise'), key: 'supervise', width: 230, render: (_: unknown, c: LiveCall) => <WatchButtons call={c} by={by} /> }] : []),
  ], [t, by])
  return (
    <section aria-labelledby="floor-talks" className="floor-panel">
      <h2 id="floor-talks">{t('talks')} <Tag>{calls.length}</Tag></h2>
      <Table size="small" rowKey="call" columns={columns} dataSource={calls} virtual={calls.length > most} scroll={calls.length > most ? window : undefined} pagination={false}
        locale={{ emptyText: t('noTalks') }} rowClassName={(c) => (c.emergency ? 'floor-emergency' : '')} />
    </section>
  )
})

const State = memo(function State({ call: c }: { call: LiveCall }) {
  const t = useText('floor')
  return (
    <>
      <Tag color={colours[c.state]}>{t(`call.${c.state}`)}</Tag>
      {c.emergency && <AlertFilled className="floor-bad" title={t('emergency')} aria-label={t('emergency')} />}
    </>
  )
})

const Caller = memo(function Caller({ call: c }: { call: LiveCall }) {
  const t = useText('floor')
  return <><Link to={`/calls/${encodeURIComponent(c.call)}`} className="tabular">{c.caller || t('anonymous')}</Link> {c.customer?.name ?? c.customer?.company}</>
})

const Detail = memo(function Detail({ call: c }: { call: LiveCall }) {
  const t = useText('floor')
  return (
    <>
      {c.held_since && <span>{t('heldFor')} <Ticking at={c.held_since} /> </span>}
      {c.consult && <span>{t('consults', { to: c.consult.to })} <Ticking at={c.consult.since} /> </span>}
      {c.quiet_since && <span className="floor-bad"><AudioMutedOutlined aria-hidden /> {t('quietFor')} <Ticking at={c.quiet_since} /></span>}
      {c.recording_paused && <PauseCircleOutlined className="floor-bad" title={t('unrecorded')} aria-label={t('unrecorded')} />}{' '}
      <Watchers watchers={c.watchers} />
    </>
  )
})
