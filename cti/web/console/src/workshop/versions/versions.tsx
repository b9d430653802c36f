import { App, Button, Flex, Input, Popconfirm, Table, Tag, Tooltip } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { api, ask, type Schema } from '../../api/client'
import { useDo } from '../../parts/problem'
import { Moment } from '../../parts/time'
import { useMe, useRole } from '../../shell/me'
import { useText } from '../../shell/text'
import { useDraft, useDrafted, useRenew } from '../draft/context'
import { Difference } from './difference'

type Version = Schema<'ConfigVersion'>

const colours: Record<string, string> = { in_force: 'green', planned: 'blue', over: 'default' }

/** Plans that were, are and will be in force, the newest first. */
export function Versions({ versions, loading }: { versions: Version[]; loading: boolean }) {
  const t = useText('workshop')
  const { modal, notification } = App.useApp()
  const me = useMe()
  const may = useRole('operator', 'administrator')
  const draft = useDraft()
  const { changes } = useDrafted()
  const renew = useRenew()
  const [chosen, setChosen] = useState<number[]>([])
  const [comparing, setComparing] = useState<[number, number] | null>(null)
  const [restore] = useDo(async (version: number, note: string) => {
    const done = await ask(api.POST('/api/v1/config/versions', { body: { undo: version, note: note.trim() || undefined } }))
    const latest = await ask(api.GET('/api/v1/config'))
    if (draft.state.changes.length === 0) draft.start(latest)
    await renew()
    notification.success({ title: t('publish.done', { version: done.version }), description: done.notes?.join(' ') })
  })
  const [cancel] = useDo(async (version: number) => {
    await ask(api.DELETE('/api/v1/config/versions/{version}', { params: { path: { version } } }))
    await renew()
  })
  function askRestore(version: number) {
    let note = t('versions.undoNote', { version })
    modal.confirm({
      title: t('versions.undoAsk', { version }),
      content: <Input aria-label={t('publish.note')} defaultValue={note} maxLength={160} onChange={(e) => (note = e.target.value)} />,
      onOk: async () => {
        if (!(await restore(version, note))) throw new Error('not restored') // stays open
      },
    })
  }
  const inForce = versions.find((v) => v.state === 'in_force')?.version
  const [older, newer] = [...chosen].sort((a, b) => a - b)
  return (
    <>
      <Flex gap="small" align="center" style={{ marginBottom: 8 }}>
        <Button size="small" disabled={chosen.length !== 2} onClick={() => setComparing([older!, newer!])}>{t('versions.compare')}</Button>
        <span className="fine">{t('versions.compareHint')}</span>
      </Flex>
      <Table<Version> size="small" rowKey="version" loading={loading} pagination={false} dataSource={[...versions].reverse()} scroll={{ x: true }}
        rowSelection={{ selectedRowKeys: chosen, onChange: (keys) => setChosen(keys.map(Number).slice(-2)), hideSelectAll: true, columnTitle: t('versions.choose') }}
        columns={[
          { title: t('versions.version'), dataIndex: 'version', width: 80 },
          {
            title: t('versions.state'), dataIndex: 'state', width: 120,
            render: (s: string, v) => <Tooltip title={v.waits}><Tag color={colours[s]}>{t(`versions.${s}`)}{v.waits ? ` · ${t('versions.waits')}` : ''}</Tag></Tooltip>,
          },
          { title: t('versions.at'), dataIndex: 'at', width: 160, render: (at: string, v) => (v.state === 'planned' ? dayjs(at).format('YYYY-MM-DD HH:mm') : <Moment at={at} />) },
          { title: t('versions.by'), dataIndex: 'by', width: 100, render: (by: string) => (by === 'file' ? t('versions.file') : by) },
          { title: t('versions.note'), dataIndex: 'note' },
          {
            title: t('actions'), width: 230, render: (_, v) => (
              <Flex gap="small">
                {inForce !== undefined && v.version !== inForce && <Button size="small" onClick={() => setComparing([inForce, v.version])}>{t('versions.diff')}</Button>}
                {may && v.state === 'over' && <Button size="small" onClick={() => askRestore(v.version)}>{t('versions.undo')}</Button>}
                {may && v.state === 'planned' && (me.role === 'administrator' || v.by === me.number) && (
                  <Popconfirm title={t('versions.cancelAsk')} onConfirm={() => void cancel(v.version)} okText={t('versions.cancel')}><Button size="small" danger>{t('versions.cancel')}</Button></Popconfirm>
                )}
              </Flex>
            ),
          },
        ]} />
      {changes.length > 0 && <p className="fine">{t('versions.draftStays')}</p>}
      {comparing && <Difference from={comparing[0]} to={comparing[1]} onClose={() => setComparing(null)} />}
    </>
  )
}
