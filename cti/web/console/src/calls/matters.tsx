import { Card, Flex, Space, Tag, Typography } from 'antd'
import { Link } from 'react-router'
import { Moment } from '../parts/time'
import { useText } from '../shell/text'
import type { CallRecord } from './timeline'

/** What came of the call: its sheet, its tickets, and what a machine wrote down of messages. */
export function Matters({ record: r }: { record: CallRecord }) {
  const t = useText('calls')
  const tickets = r.tickets ?? []
  const written = tickets.flatMap((one) => (one.message?.transcript?.text ? [one.message.transcript] : []))
  if (!r.sheet && tickets.length === 0) return null
  return (
    <Card size="small" title={<h2 className="card-title">{t('sheet')} · {t('tickets')}</h2>}>
      <Flex vertical gap="small">
        {r.sheet && <Space wrap><Link to={`/tickets/${encodeURIComponent(r.sheet.ticket)}`}>{t('sheet')}</Link>{r.sheet.agent}<Tag>{t(r.sheet.closed_at ? 'sheetFinal' : 'sheetDraft')}</Tag></Space>}
        {tickets.map((one) => (
          <Space key={one.id} wrap>
            <Link to={`/tickets/${encodeURIComponent(one.id)}`}>{one.kind}</Link><Tag>{one.state}</Tag><Moment at={one.opened_at} />{one.summary}
          </Space>
        ))}
        {written.map((w, i) => <Typography.Paragraph key={i} className="lines"><strong>{t('transcript')}: </strong>{w.text}</Typography.Paragraph>)}
      </Flex>
    </Card>
  )
}
