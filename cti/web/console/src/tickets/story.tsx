import { useQuery } from '@tanstack/react-query'
import { Alert, Card, Col, Flex, Row, Space, Spin, Typography } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api, ask } from '../api/client'
import { Head } from '../parts/page'
import { Problem } from '../parts/problem'
import { RevealButton } from '../parts/reason'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { Acts } from './acts'
import { DialButton } from './dial'
import { OrderDialog } from './dialog'
import { Files } from './files'
import { Matter } from './matter'
import { hindrance, mayReveal, needsWhole, type Order } from './orders'
import { OrderBar } from './bar'
import { useReveal } from './reveal'
import { stateOf, versionsOf } from './sheet'
import { SheetDialog } from './sheet-dialog'
import { Sheet } from './sheet-view'
import { Kind, State } from './words'

/** One ticket: what it is about, what was done to it, and what may be done. */
export default function TicketPage() {
  const t = useText('tickets')
  const me = useMe()
  const { id = '' } = useParams()
  const [reasons, setReasons] = useReveal()
  // A reason holds for one ticket: the next one is another look.
  const [forTicket, reason] = reasons === '' ? ['', ''] : [reasons.slice(0, 36), reasons.slice(36)]
  const why = forTicket === id ? reason : ''
  const [ordered, setOrdered] = useState<Order | null>(null)
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['tickets', 'story', id, why], refetchInterval: why ? false : 30_000, staleTime: why ? Infinity : undefined, refetchOnWindowFocus: !why,
    queryFn: () => ask(api.GET('/api/v1/tickets/{id}', { params: { path: { id }, query: why ? { reveal: why } : {} } })),
  })
  if (error && !data) return <><Head title={t('story.title')} /><Problem error={error} onRetry={() => (why ? setReasons('') : void refetch())} /></>
  if (isPending || !data) return <Spin aria-label={t('shell:loading')} />
  const { ticket, acts } = data
  const versions = versionsOf(acts)
  const sheet = stateOf(versions)
  const whole = why !== ''
  const blocked = hindrance(ticket, sheet, me)
  // What was never written holds nothing that could be overwritten with asterisks.
  const blank = sheet === 'none' && !ticket.summary && !ticket.place && !ticket.phone
  const close = () => setOrdered(null)
  const shut = (order: Order) => needsWhole(order) && !whole && !blank
  return (
    <>
      <Head title={<>{t('story.title')} <span className="tabular">{ticket.id.slice(0, 8)}</span> {ticket.summary}</>}>
        <Space><Kind kind={ticket.kind} /><State state={ticket.state} /></Space>
        {mayReveal(ticket, me) && <RevealButton revealed={whole} onReveal={(said) => setReasons(id + said)} />}
        <DialButton ticket={ticket} />
        <Link to="/tickets">{t('story.back')}</Link>
      </Head>
      <Flex vertical gap={16}>
        {error && <Problem error={error} onRetry={() => void refetch()} />}
        {blocked && (
          <Alert type="info" showIcon title={t(`hindrance.${blocked}`, { owner: ticket.owner ?? '' })}
            action={ticket.into && <Link to={`/tickets/${encodeURIComponent(ticket.into)}`}>{t('story.into')} {ticket.into.slice(0, 8)}</Link>} />
        )}
        <OrderBar ticket={ticket} sheet={sheet} locked={shut} mayReveal={mayReveal(ticket, me)}
          onOrder={setOrdered} onReveal={(said) => setReasons(id + said)} />
        <Row gutter={[16, 16]}>
          <Col xs={24} xl={12}>
            <Flex vertical gap={16}>
              <Matter ticket={ticket} />
              <Sheet versions={versions} ticket={ticket} />
              <Files ticket={ticket} acts={acts} />
            </Flex>
          </Col>
          <Col xs={24} xl={12}>
            <Card size="small" title={<Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>{t('story.acts')}</Typography.Title>}><Acts acts={acts} company={ticket.company} /></Card>
          </Col>
        </Row>
      </Flex>
      {(ordered === 'fill' || ordered === 'amend') && !shut(ordered) && <SheetDialog key={ordered} order={ordered} ticket={ticket} last={versions[versions.length - 1]} onClose={close} />}
      {ordered && ordered !== 'fill' && ordered !== 'amend' && !shut(ordered) && <OrderDialog key={ordered} order={ordered} ticket={ticket} onClose={close} />}
    </>
  )
}
