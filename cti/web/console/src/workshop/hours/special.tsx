import { Button, DatePicker, Form, Input, Modal, Popconfirm, Typography } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useText } from '../../shell/text'
import type { Calendar, Hours, SpecialDay, Table } from '../plan'
import { HoursList } from './clock'
import { dayOf, hoursText } from './day'

type Props = {
  calendar: Calendar
  tables: Table[]
  date: string
  mine: boolean
  onChange: (days: SpecialDay[] | undefined) => void
  onClose: () => void
}
type Fields = { name: string; dates: [Dayjs, Dayjs]; hours?: Hours[] }

/** What holds on a day, and a rule of its own for it. */
export function SpecialDayEntry({ calendar, tables, date, mine, onChange, onClose }: Props) {
  const t = useText('workshop')
  const [form] = Form.useForm<Fields>()
  const days = calendar.days ?? []
  const known = days.find((d) => d.date <= date && date <= (d.until || d.date))
  const rule = dayOf(calendar, tables, date)
  const first = dayjs(known?.date ?? date)
  function save({ name, dates: [from, to], hours }: Fields) {
    const until = to.isAfter(from, 'day') ? to.format('YYYY-MM-DD') : undefined
    const day: SpecialDay = { date: from.format('YYYY-MM-DD'), until, name: name.trim(), hours: hours?.length ? hours : undefined }
    onChange([...days.filter((d) => d !== known), day].sort((a, b) => a.date.localeCompare(b.date)))
    onClose()
  }
  function remove() {
    const left = days.filter((d) => d !== known)
    onChange(left.length > 0 ? left : undefined)
    onClose()
  }
  return (
    <Modal open title={t('calendars.day', { date })} onCancel={onClose} footer={[
      known && mine && <Popconfirm key="remove" title={t('removeAsk')} onConfirm={remove} okText={t('remove')}><Button danger>{t('remove')}</Button></Popconfirm>,
      <Button key="close" onClick={onClose}>{t('shell:close')}</Button>,
      mine && <Button key="ok" type="primary" onClick={() => form.submit()}>{t('toDraft')}</Button>,
    ]}>
      <Typography.Paragraph>
        {t('calendars.now')}: {t(`calendars.kind.${rule.kind}`)} {rule.name} · {rule.hours.length > 0 ? hoursText(rule.hours) : t('calendars.closed')}
      </Typography.Paragraph>
      <Form<Fields> form={form} layout="vertical" disabled={!mine} onFinish={save}
        initialValues={{ name: known?.name ?? rule.name, dates: [first, dayjs(known?.until || known?.date || date)], hours: known?.hours ?? [] }}>
        <Form.Item name="name" label={t('calendars.dayName')} rules={[{ required: true, whitespace: true }]} extra={t('calendars.dayNameHint')}><Input /></Form.Item>
        <Form.Item name="dates" label={t('calendars.dates')} rules={[{ required: true }]}><DatePicker.RangePicker allowClear={false} className="wide" /></Form.Item>
        <Form.Item label={t('calendars.hours')} extra={t('calendars.noHours')}><HoursList name="hours" /></Form.Item>
      </Form>
    </Modal>
  )
}
