import { Alert, Button, Card, Flex, Form, Popconfirm, Select, Typography } from 'antd'
import { useText } from '../../shell/text'
import { useDraft, useFaults } from '../draft/context'
import { optionsOf } from '../parts/fields'
import { tidy } from '../parts/tidy'
import { weekdays, type Calendar, type Table } from '../plan'
import { HoursList } from './clock'
import { zoneNames } from './zones'

type Props = { calendar: Calendar; index: number; tables: Table[]; mine: boolean; asked: string[] }

/** A calendar's week and what it makes of holidays. */
export function Settings({ calendar, index, tables, mine, asked }: Props) {
  const t = useText('workshop')
  const draft = useDraft()
  const faults = useFaults(`hotline.calendars[${index}]`)
  const [form] = Form.useForm<Calendar>()
  return (
    <Card size="small" title={t('calendars.rules', { id: calendar.id })} extra={mine && (
      <Flex gap="small">
        {asked.length === 0 && <Popconfirm title={t('removeAsk')} okText={t('remove')} onConfirm={() => draft.put(['hotline', 'calendars', index], undefined)}><Button size="small" danger>{t('remove')}</Button></Popconfirm>}
        <Button size="small" type="primary" onClick={() => form.submit()}>{t('toDraft')}</Button>
      </Flex>
    )}>
      {!mine && <Alert type="info" showIcon title={t('notYours')} />}
      {faults.map((f) => <Alert key={f.place + f.text} type="error" showIcon title={`${f.place.split('.').slice(2).join('.')}: ${f.text}`} />)}
      <Typography.Paragraph type="secondary">{asked.length > 0 ? t('calendars.asked', { flows: asked.join(', ') }) : t('calendars.unasked')}</Typography.Paragraph>
      <Form<Calendar> form={form} layout="vertical" disabled={!mine} initialValues={calendar}
        onFinish={(values) => draft.put(['hotline', 'calendars', index], { ...calendar, ...tidy(values) })}>
        <Form.Item name="zone" label={t('calendars.zone')} rules={[{ required: true }]}><Select showSearch options={optionsOf(zoneNames())} /></Form.Item>
        <Form.Item label={t('calendars.week')}><HoursList name="week" week /></Form.Item>
        <Form.Item name="holidays" label={t('calendars.holidays')} extra={t('calendars.holidaysHint')}><Select allowClear options={optionsOf(tables.map((x) => x.id))} /></Form.Item>
        <Form.Item label={t('calendars.holidayHours')} extra={t('calendars.noHours')}><HoursList name="holiday_hours" /></Form.Item>
        <Form.Item name="make_up" label={t('calendars.makeUp')} extra={t('calendars.makeUpHint')}>
          <Select allowClear placeholder={t('calendars.weekday.mon')} options={optionsOf(weekdays, (d) => t(`calendars.weekday.${d}`))} />
        </Form.Item>
      </Form>
    </Card>
  )
}
