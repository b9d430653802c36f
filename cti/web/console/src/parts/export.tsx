import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, DatePicker, Form, Input, Modal, Radio } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { download } from '../api/file'
import { useRole } from '../shell/me'
import { addText, useText } from '../shell/text'
import { Refusal, useAttempt } from './problem'

addText('export', {
  zh: {
    open: '导出', calls: '导出通话', tickets: '导出工单', customers: '导出客户', format: '格式', csv: 'CSV', xlsx: 'Excel（XLSX）', period: '时间范围（留空为全部）',
    reason: '导出理由（将被记录）', hint: '表中含完整号码，导出会记入查看日志。', go: '导出', making: '正在导出，数据多时需要几分钟',
  },
  en: {
    open: 'Export', calls: 'Export calls', tickets: 'Export tickets', customers: 'Export customers', format: 'Format', csv: 'CSV', xlsx: 'Excel (XLSX)', period: 'Period (all where it is empty)',
    reason: 'Why (it is recorded)', hint: 'The table has whole numbers; the export is in the access log.', go: 'Export', making: 'Being made: many rows need some minutes',
  },
})

type Fields = { format: 'csv' | 'xlsx'; period?: [Dayjs | null, Dayjs | null] | null; reason: string }

/** The address of an export. */
export function exportPath(what: string, q: { format: string; reason: string; since?: string; until?: string; company?: string }): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(q)) if (value) query.set(name, value)
  return `/api/v1/exports/${encodeURIComponent(what)}?${query}`
}

/** Downloads a table, for those who may. */
export function ExportButton({ what, company }: { what: 'calls' | 'tickets' | 'customers'; company?: string }) {
  const t = useText('export')
  const may = useRole('shift_leader', 'administrator', 'auditor')
  const [open, setOpen] = useState(false)
  const { attempt, busy, problem, clear } = useAttempt()
  const [form] = Form.useForm<Fields>()
  const finish = ({ format, period, reason }: Fields) => attempt(async () => {
    const [since, until] = [period?.[0]?.startOf('day').format(), period?.[1]?.add(1, 'day').startOf('day').format()]
    await download(exportPath(what, { format, reason: reason.trim(), since, until, company }), `${what}.${format}`)
    setOpen(false)
  })
  if (!may) return null
  return (
    <>
      <Button icon={<DownloadOutlined />} onClick={() => setOpen(true)}>{t('open')}</Button>
      <Modal open={open} title={t(what)} destroyOnHidden onCancel={() => setOpen(false)} onOk={() => form.submit()} okText={t('go')} cancelText={t('shell:cancel')}
        confirmLoading={busy} afterClose={clear}>
        <Refusal problem={problem} />
        <Form<Fields> form={form} layout="vertical" preserve={false} initialValues={{ format: 'csv' }} onFinish={(f) => void finish(f)}>
          <Form.Item name="format" label={t('format')}>
            <Radio.Group options={[{ value: 'csv', label: t('csv') }, { value: 'xlsx', label: t('xlsx') }]} />
          </Form.Item>
          {what !== 'customers' && <Form.Item name="period" label={t('period')}><DatePicker.RangePicker allowEmpty={[true, true]} /></Form.Item>}
          <Form.Item name="reason" label={t('reason')} extra={t('hint')} rules={[{ required: true, whitespace: true, min: 4, max: 200 }]}>
            <Input maxLength={200} autoComplete="off" />
          </Form.Item>
          {busy && <Alert type="info" role="status" title={t('making')} />}
        </Form>
      </Modal>
    </>
  )
}
