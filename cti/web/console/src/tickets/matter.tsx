import { Card, Descriptions, Rate, Space, Tag, Typography, type DescriptionsProps } from 'antd'
import { Moment } from '../parts/time'
import { useText } from '../shell/text'
import { CallLink } from './call'
import type { Ticket } from './orders'
import { Department, Due, Kind } from './words'

/** What a ticket says of itself: the system's part. */
export function Matter({ ticket }: { ticket: Ticket }) {
  const t = useText('tickets')
  const f = (name: string) => t(`field.${name}`)
  const text = (name: 'summary' | 'place' | 'phone' | 'caller' | 'did' | 'result') => (ticket[name] ? [{ key: name, label: f(name), children: <span className="lines">{ticket[name]}</span> }] : [])
  const items: DescriptionsProps['items'] = [
    { key: 'id', label: f('id'), children: <Typography.Text copyable className="tabular">{ticket.id}</Typography.Text> },
    { key: 'kind', label: f('kind'), children: <Space><Kind kind={ticket.kind} />{ticket.important && <Tag color="gold">{f('important')}</Tag>}{ticket.charged && <Tag>{f('charged')}</Tag>}</Space> },
    { key: 'company', label: f('company'), children: ticket.company },
    { key: 'due_at', label: f('due_at'), children: <Due ticket={ticket} /> },
    { key: 'opened_at', label: f('opened_at'), children: <Moment at={ticket.opened_at} /> },
    ...(ticket.worked_at ? [{ key: 'worked_at', label: f('worked_at'), children: <Moment at={ticket.worked_at} /> }] : []),
    ...(ticket.closed_at ? [{ key: 'closed_at', label: f('closed_at'), children: <Moment at={ticket.closed_at} /> }] : []),
    { key: 'owner', label: f('owner'), children: ticket.owner ?? t('back.nobody') },
    ...(ticket.department ? [{ key: 'department', label: f('department'), children: <Department id={ticket.department} company={ticket.company} /> }, { key: 'clerk', label: f('clerk'), children: ticket.clerk || t('back.nobody') }] : []),
    ...text('did'), ...text('caller'), ...text('summary'), ...text('place'), ...text('phone'),
    ...(ticket.level ? [{ key: 'level', label: f('level'), children: <Tag color="volcano">{t(`levels.${ticket.level}`)}</Tag> }] : []),
    ...text('result'),
    ...(ticket.score ? [{ key: 'score', label: f('score'), children: <span><Rate disabled value={ticket.score} /> {ticket.score} / 5</span> }] : []),
    { key: 'calls', label: t('story.calls'), children: <Space wrap>{(ticket.calls ?? []).map((call) => <CallLink key={call} call={call} />)}</Space> },
  ]
  return (
    <Card size="small" title={<Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>{t('story.system')}</Typography.Title>}>
      <Descriptions size="small" column={{ xs: 1, md: 2 }} items={items} />
    </Card>
  )
}
