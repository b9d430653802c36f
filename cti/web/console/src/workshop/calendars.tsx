import { useQuery } from '@tanstack/react-query'
import { Button, Col, Empty, Row, Select } from 'antd'
import { useState } from 'react'
import { Head } from '../parts/page'
import { useRole } from '../shell/me'
import { useText } from '../shell/text'
import { send } from '../api/client'
import { useDraft, useDrafted, useMay } from './draft/context'
import { Workshop } from './frame'
import { Closures } from './hours/closures'
import { tablesOf } from './hours/day'
import { Holidays } from './hours/holidays'
import { Month } from './hours/month'
import { NewCalendar } from './hours/new'
import { Settings } from './hours/settings'
import { useOpen } from './parts/open'
import { companyOf, type Table } from './plan'

export default function CalendarsPage() {
  return <Workshop><Calendars /></Workshop>
}

function Calendars() {
  const t = useText('workshop')
  const draft = useDraft()
  const { plan } = useDrafted()
  const may = useMay()
  const operates = useRole('operator', 'administrator')
  const [open, setOpen] = useOpen()
  const [adding, setAdding] = useState(false)
  const shipped = useQuery({ queryKey: ['holidays'], queryFn: () => send<{ tables: Table[] }>('GET', '/api/v1/holidays'), staleTime: Infinity })
  const calendars = plan.calendars ?? []
  const index = Math.max(0, calendars.findIndex((c) => c.id === open))
  const calendar = calendars[index]
  const tables = tablesOf(plan.holidays ?? [], shipped.data?.tables ?? [])
  const asked = (plan.flows ?? []).filter((f) => f.nodes.some((n) => n.kind === 'hours' && n.calendar === calendar?.id))
  // What no flow asks yet is whose flow asks it first.
  const mine = calendar !== undefined && (asked.length > 0 ? may(companyOf(plan, 'calendars', calendar)) : operates)
  return (
    <>
      <Head title={t('menu.calendars')}>
        {calendar && <Select style={{ minWidth: 180 }} aria-label={t('calendars.one')} value={calendar.id} onChange={setOpen} options={calendars.map((c) => ({ value: c.id, label: c.id }))} />}
        {operates && <Button type="primary" onClick={() => setAdding(true)}>{t('calendars.new')}</Button>}
      </Head>
      {calendar ? (
        <Row gutter={16}>
          <Col xs={24} xl={15}>
            <Month calendar={calendar} tables={tables} mine={mine} onChange={(days) => draft.put(['hotline', 'calendars', index, 'days'], days)} />
          </Col>
          <Col xs={24} xl={9}>
            <Settings key={JSON.stringify([calendar.id, calendar.zone, calendar.week, calendar.holidays, calendar.holiday_hours, calendar.make_up])} calendar={calendar} index={index} tables={tables} mine={mine} asked={asked.map((f) => f.id)} />
          </Col>
        </Row>
      ) : <Empty description={t('calendars.none')} />}
      <Closures />
      <Holidays tables={tables} />
      {adding && <NewCalendar taken={calendars.map((c) => c.id)} onClose={() => setAdding(false)} onAdded={setOpen} />}
    </>
  )
}
