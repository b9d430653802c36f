import { DownloadOutlined, UploadOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button, Card, Empty, Flex, Space, Typography, Upload } from 'antd'
import { send, type Schema } from '../api/client'
import { download } from '../api/file'
import { useDo } from '../parts/problem'
import { Moment } from '../parts/time'
import { useRole } from '../shell/me'
import { useText } from '../shell/text'
import type { Ticket } from './orders'
import { attachmentsOf, sizeOf, type Attachment } from './sheet'

/** What the server takes of one file. */
const bytesMost = 10 * 1024 * 1024

/** The files of a ticket, and a way to add one. */
export function Files({ ticket, acts }: { ticket: Ticket; acts: Schema<'Act'>[] }) {
  const t = useText('tickets')
  const adds = useRole('agent', 'shift_leader', 'administrator', 'clerk') && ticket.state !== 'merged'
  const reads = useRole('agent', 'shift_leader', 'administrator', 'auditor', 'clerk')
  const { message } = App.useApp()
  const queries = useQueryClient()
  const at = `/api/v1/tickets/${encodeURIComponent(ticket.id)}/files/`
  const [add, adding] = useDo(async (file: File) => {
    if (file.size > bytesMost) throw new Error(t('files.tooLarge'))
    await send<Ticket>('PUT', at + encodeURIComponent(file.name), file)
    await queries.invalidateQueries({ queryKey: ['tickets'] })
    void message.success(t('files.done', { name: file.name }))
  })
  const [read, reading] = useDo((a: Attachment) => download(at + encodeURIComponent(a.sha256), a.name))
  const list = attachmentsOf(acts)
  return (
    <Card size="small" title={<Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>{t('story.files')}</Typography.Title>}
      extra={adds && (
        <Space>
          <Typography.Text type="secondary">{t('files.hint')}</Typography.Text>
          <Upload showUploadList={false} disabled={adding} beforeUpload={(file) => { void add(file); return false }}>
            <Button size="small" icon={<UploadOutlined />} loading={adding}>{t('files.upload')}</Button>
          </Upload>
        </Space>
      )}>
      {list.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('files.none')} />}
      {list.map((a) => (
        <Flex key={a.n} justify="space-between" align="center" gap={8}>
          <span>{a.name} <Typography.Text type="secondary">{sizeOf(a.bytes)} · {a.by} · <Moment at={a.at} /></Typography.Text></span>
          {reads && <Button size="small" type="text" icon={<DownloadOutlined />} disabled={reading} aria-label={t('files.download', { name: a.name })} onClick={() => void read(a)} />}
        </Flex>
      ))}
    </Card>
  )
}
