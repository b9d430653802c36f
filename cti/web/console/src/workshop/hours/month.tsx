import { LeftOutlined, RightOutlined } from '@ant-design/icons'
import { Alert, Button, Calendar as MonthView, DatePicker, Flex, Tag } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import 'dayjs/locale/zh-cn' // names of months and days
import { useState } from 'react'
import { useText } from '../../shell/text'
import type { Calendar, SpecialDay, Table } from '../plan'
import { dayOf, hoursText, knows } from './day'
import { SpecialDayEntry } from './special'

type Props = { calendar: Calendar; tables: Table[]; mine: boolean; onChange: (days: SpecialDay[] | undefined) => void }

/** A calendar month by month: what holds on each day, and why. */
export function Month({ calendar, tables, mine, onChange }: Props) {
  const t = useText('workshop')
  const [shown, setShown] = useState<Dayjs>(dayjs())
  const [date, setDate] = useState('')
  const table = tables.find((x) => x.id === calendar.holidays)
  const unknown = calendar.holidays && !knows(table, shown.year())
  function cell(day: Dayjs) {
    const iso = day.format('YYYY-MM-DD')
    const rule = dayOf(calendar, tables, iso)
    const open = rule.hours.length > 0
    const mark = rule.kind === 'week' ? (open ? 'open' : 'closed') : rule.kind
    return (
      <div className={`day day-${mark}${day.month() === shown.month() ? '' : ' day-other'}`}>
        <Flex justify="space-between"><b>{day.date()}</b>{iso === dayjs().format('YYYY-MM-DD') && <Tag color="blue">{t('calendars.today')}</Tag>}</Flex>
        {rule.kind !== 'week' && <div>{t(`calendars.kind.${rule.kind}`)} {rule.name}</div>}
        <div>{open ? hoursText(rule.hours) : t('calendars.closed')}</div>
      </div>
    )
  }
  return (
    <>
      {unknown && <Alert type="warning" showIcon title={t('calendars.unknownYear', { year: shown.year(), table: calendar.holidays })} />}
      <MonthView value={shown} onPanelChange={setShown}
        headerRender={({ value, onChange: show }) => (
          <Flex justify="end" gap="small" className="month-head">
            <Button aria-label={t('calendars.before')} icon={<LeftOutlined />} onClick={() => show(value.subtract(1, 'month'))} />
            <DatePicker picker="month" allowClear={false} aria-label={t('calendars.month')} value={value} onChange={(month) => month && show(month)} />
            <Button aria-label={t('calendars.after')} icon={<RightOutlined />} onClick={() => show(value.add(1, 'month'))} />
          </Flex>
        )}
        fullCellRender={(day, info) => (info.type === 'date' ? cell(day) : info.originNode)}
        onSelect={(day, { source }) => {
          setShown(day)
          if (source === 'date') setDate(day.format('YYYY-MM-DD'))
        }} />
      {date && <SpecialDayEntry key={date} calendar={calendar} tables={tables} date={date} mine={mine} onChange={onChange} onClose={() => setDate('')} />}
    </>
  )
}
