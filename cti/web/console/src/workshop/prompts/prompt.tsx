import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, AutoComplete, Button, Descriptions, Drawer, Flex, Popconfirm, Spin, Table, Tag, Typography } from 'antd'
import { useState } from 'react'
import { api, ask, type Schema } from '../../api/client'
import { Problem, useDo } from '../../parts/problem'
import { lengthOf, Moment } from '../../parts/time'
import { useRole } from '../../shell/me'
import { useText } from '../../shell/text'
import { address } from '../address'
import { useDrafted } from '../draft/context'
import { Making } from './making'
import { plays, type PromptId } from './mark'

type Version = Schema<'PromptVersion'>

/** A prompt: what is heard, where, and what it was before. */
export function PromptDrawer({ id, onClose }: { id: PromptId; onClose: () => void }) {
  const t = useText('workshop')
  const client = useQueryClient()
  const { plan } = useDrafted()
  const may = useRole('operator', 'administrator')
  const [phone, setPhone] = useState('')
  const params = { path: { name: id.name }, query: { language: id.language, company: id.company || undefined } }
  const prompt = useQuery({ queryKey: ['prompt', id.name, id.language, id.company], queryFn: () => ask(api.GET('/api/v1/prompts/{name}', { params })), retry: false })
  const renew = () => Promise.all([client.invalidateQueries({ queryKey: ['prompts'] }), client.invalidateQueries({ queryKey: ['prompt'] })])
  const [undo, undoing] = useDo(async () => {
    await ask(api.POST('/api/v1/prompts/{name}/undo', { params }))
    await renew()
  })
  const [remove] = useDo(async () => {
    await ask(api.DELETE('/api/v1/prompts/{name}', { params }))
    await client.invalidateQueries({ queryKey: ['prompts'] })
    onClose()
  })
  const [hear, hearing] = useDo(() => ask(api.POST('/api/v1/prompts/{name}/hear', { params, body: { phone } })))
  const p = prompt.data
  return (
    <Drawer open size={680} title={`${id.name} · ${id.language ?? ''} ${id.company || t('prompts.everybody')}`} onClose={onClose}>
      {prompt.error ? <Problem error={prompt.error} /> : !p ? <Spin /> : (
        <Flex vertical gap="middle">
          {p.voice === 'placeholder' && <Alert type="warning" showIcon title={t('prompts.placeholderHint')} />}
          {p.warnings?.map((w) => <Alert key={w} type="warning" showIcon title={w} />)}
          {p.plays !== 'missing' && (
            <audio key={`${p.version ?? 0} ${p.length_ms ?? 0}`} className="wide" controls preload="none" aria-label={t('prompts.player', { name: p.name })}
              src={address(`/api/v1/prompts/${encodeURIComponent(p.name)}/sound`, params.query)} />
          )}
          <Descriptions size="small" column={1} bordered items={[
            { key: 'plays', label: t('prompts.plays'), children: <Tag color={plays[p.plays]}>{t(`prompts.play.${p.plays.replace("'", '')}`)}</Tag> },
            { key: 'length', label: t('prompts.length'), children: p.length_ms ? `${lengthOf(p.length_ms)} (${p.length_ms} ms)` : '–' },
            { key: 'loudness', label: t('prompts.loudness'), children: p.loudness_lufs ? `${p.loudness_lufs.toFixed(1)} LUFS` : '–' },
            { key: 'used', label: t('prompts.used'), children: p.used.length === 0 ? t('prompts.unused') : <ul>{p.used.map((u, i) => <li key={i}>{u.where}{u.company ? ` · ${u.company}` : ''}{u.most_ms ? ` · ${t('prompts.most', { length: lengthOf(u.most_ms) })}` : ''}</li>)}</ul> },
          ]} />
          {may && (
            <>
              <Typography.Title level={5}>{t('prompts.another')}</Typography.Title>
              <Making id={id} />
              <Flex gap="small" wrap align="center">
                <AutoComplete aria-label={t('prompts.phone')} placeholder={t('prompts.phone')} style={{ width: 150 }} value={phone} onChange={setPhone} options={(plan.agents ?? []).map((a) => ({ value: a.id }))} />
                <Button disabled={!/^[0-9]{3,15}$/.test(phone)} loading={hearing} onClick={() => void hear()}>{t('prompts.hear')}</Button>
                <Popconfirm title={t('prompts.undoAsk')} onConfirm={() => void undo()}><Button loading={undoing} disabled={!p.versions?.length}>{t('prompts.undo')}</Button></Popconfirm>
                <Popconfirm title={t('removeAsk')} okText={t('remove')} onConfirm={() => void remove()}><Button danger disabled={p.used.length > 0 || !p.versions?.length}>{t('remove')}</Button></Popconfirm>
              </Flex>
            </>
          )}
          <Typography.Title level={5}>{t('prompts.versions')}</Typography.Title>
          <Table<Version> size="small" rowKey="version" dataSource={[...(p.versions ?? [])].reverse()} pagination={{ pageSize: 10, hideOnSinglePage: true }} locale={{ emptyText: t('prompts.noVersions') }} columns={[
            { title: t('versions.version'), dataIndex: 'version' },
            { title: t('versions.at'), dataIndex: 'at', render: (at: string) => <Moment at={at} /> },
            { title: t('versions.by'), dataIndex: 'by' },
            { title: t('prompts.how'), render: (_, v) => <>{t(`prompts.hows.${v.how}`)}{v.of ? ` ${v.of}` : ''} {v.voice === 'placeholder' && <Tag color="warning">{t('prompts.placeholder')}</Tag>}</> },
            { title: t('prompts.text'), dataIndex: 'text' },
            { title: t('prompts.length'), dataIndex: 'length_ms', render: (ms?: number) => (ms ? lengthOf(ms) : '') },
          ]} />
        </Flex>
      )}
    </Drawer>
  )
}
