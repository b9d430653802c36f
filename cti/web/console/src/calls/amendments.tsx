import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Flex, Input, Popover, Space, Table, Typography } from 'antd'
import { useId, useState } from 'react'
import { api, ask } from '../api/client'
import { useDo } from '../parts/problem'
import { Moment } from '../parts/time'
import { useRole } from '../shell/me'
import { useText } from '../shell/text'
import { isReason } from './reason'
import type { CallRecord } from './timeline'

/** Corrections: the record itself stays as it is. Leaders add some once the call has ended. */
export function Amendments({ record }: { record: CallRecord }) {
  const t = useText('calls')
  const leads = useRole('shift_leader', 'administrator')
  const list = record.amendments ?? []
  return (
    <Flex vertical align="start" gap="small">
      {list.length === 0 ? <Typography.Text type="secondary">{t('noAmendments')}</Typography.Text> : (
        <Table
          size="small" rowKey="id" dataSource={list} pagination={false} scroll={{ x: 'max-content' }} style={{ width: '100%' }}
          columns={[
            { title: t('time'), key: 'at', render: (_, a) => <Moment at={a.made_at} /> },
            { title: t('author'), dataIndex: 'author' },
            { title: t('shell:reason'), dataIndex: 'reason' },
            { title: t('what'), key: 'body', render: (_, a) => <Typography.Paragraph style={{ maxWidth: '48rem', margin: 0, wordBreak: 'break-word' }} ellipsis={{ rows: 2, expandable: 'collapsible' }}>{a.body}</Typography.Paragraph> },
          ]}
        />
      )}
      {leads && record.ended_at && <Amend call={record.id} />}
    </Flex>
  )
}

function Amend({ call }: { call: string }) {
  const t = useText('calls')
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [textId, reasonId] = [useId(), useId()]
  const [open, setOpen] = useState(false)
  const [text, setText] = useState('')
  const [reason, setReason] = useState('')
  const [amend, busy] = useDo(async () => {
    await ask(api.POST('/api/v1/calls/{id}/amendments', { params: { path: { id: call } }, body: { reason: reason.trim(), text: text.trim() } }))
    void message.success(t('amended'))
    setOpen(false)
    setText('')
    setReason('')
    void queries.invalidateQueries({ queryKey: ['call', call, undefined] }) // with whole numbers it would be another look
  })
  const form = (
    <Space orientation="vertical" style={{ width: '24rem' }}>
      <label htmlFor={textId}>{t('amendText')}</label>
      <Input.TextArea id={textId} autoFocus rows={3} maxLength={4000} value={text} onChange={(e) => setText(e.target.value)} />
      <label htmlFor={reasonId}>{t('askReason')}</label>
      <Input id={reasonId} maxLength={200} value={reason} onChange={(e) => setReason(e.target.value)} />
      <Typography.Text type="secondary">{t('reasonShort')}</Typography.Text>
      <Button type="primary" loading={busy} disabled={text.trim() === '' || !isReason(reason.trim())} onClick={() => void amend()}>{t('shell:ok')}</Button>
    </Space>
  )
  return <Popover trigger="click" open={open} onOpenChange={setOpen} content={form}><Button size="small">{t('amend')}</Button></Popover>
}
