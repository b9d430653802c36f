import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Flex, Form, Input, Select } from 'antd'
import { useText } from '../../shell/text'
import { weekdays } from '../plan'

const clock = /^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/

/** A time of day in a form, as in 09:00; 24:00 is the end of the day. */
export function ClockField({ name, label }: { name: (string | number)[]; label: string }) {
  const t = useText('workshop')
  return (
    <Form.Item name={name} noStyle rules={[{ required: true, pattern: clock, message: t('field.clock') }]}>
      <Input aria-label={label} placeholder="09:00" maxLength={5} style={{ width: 80 }} />
    </Form.Item>
  )
}

/** Hours of one day, or with days of the week, in a form. */
export function HoursList({ name, week }: { name: string; week?: boolean }) {
  const t = useText('workshop')
  const days = [...weekdays.slice(1), weekdays[0]!]
  return (
    <Form.List name={name}>
      {(fields, { add, remove }) => (
        <Flex vertical gap="small">
          {fields.map((f) => (
            <Flex key={f.key} gap="small" align="center" wrap>
              {week && (
                <Form.Item name={[f.name, 'days']} noStyle rules={[{ required: true, message: t('calendars.daysNeeded') }]}>
                  <Select mode="multiple" aria-label={t('calendars.weekdays')} style={{ minWidth: 190, flex: 1 }} options={days.map((d) => ({ value: d, label: t(`calendars.weekday.${d}`) }))} />
                </Form.Item>
              )}
              <ClockField name={[f.name, 'from']} label={t('calendars.from')} /> – <ClockField name={[f.name, 'to']} label={t('calendars.to')} />
              <Button icon={<DeleteOutlined />} aria-label={t('remove')} onClick={() => remove(f.name)} />
            </Flex>
          ))}
          <div><Button icon={<PlusOutlined />} onClick={() => add(week ? { days: days.slice(0, 5), from: '09:00', to: '17:00' } : { from: '09:00', to: '17:00' })}>{t('calendars.addHours')}</Button></div>
        </Flex>
      )}
    </Form.List>
  )
}
