import { AutoComplete, Form, Input, Select, Switch, Typography } from 'antd'
import { useText } from '../../shell/text'
import { useDrafted } from '../draft/context'
import { optionsOf, SpanField } from '../parts/fields'
import { usePromptNames } from '../prompts/names'

/** Who is called for emergency callers where nobody is on duty, in order. */
export function QueueOnCall({ people }: { people: { value: string; label: string }[] }) {
  const t = useText('workshop')
  const { plan } = useDrafted()
  return (
    <>
      <Typography.Paragraph type="secondary">{t('queues.onCallHint')}</Typography.Paragraph>
      <Form.Item name={['on_call', 'chain']} label={t('queues.chain')} extra={t('queues.chainHint')}>
        <Select mode="tags" showSearch={{ optionFilterProp: 'label' }} options={[...people, ...optionsOf((plan.contacts ?? []).map((c) => c.id))]} />
      </Form.Item>
      <Form.Item name={['on_call', 'together']} label={t('queues.together')} valuePropName="checked"><Switch /></Form.Item>
      <SpanField name={['on_call', 'after']} label={t('queues.after')} />
      <Form.Item name={['on_call', 'key']} label={t('queues.key')} rules={[{ pattern: /^[0-9]$/, message: t('field.digit') }]}><Input maxLength={1} placeholder="1" /></Form.Item>
      <SpanField name={['on_call', 'ack_within']} label={t('queues.ackWithin')} />
    </>
  )
}

/** How callers leave messages for a queue, or for the queues of a company. */
export function QueueVoicemail({ hint }: { hint?: string }) {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const prompts = usePromptNames()
  return (
    <>
      <Typography.Paragraph type="secondary">{hint ?? t('queues.voicemailHint')}</Typography.Paragraph>
      <Form.Item name={['voicemail', 'greeting']} label={t('numbers.greeting')}><AutoComplete allowClear placeholder="leave-message" options={optionsOf(prompts)} /></Form.Item>
      <SpanField name={['voicemail', 'silence']} label={t('queues.silence')} />
      <SpanField name={['voicemail', 'longest']} label={t('queues.longest')} />
      <SpanField name={['voicemail', 'least']} label={t('queues.least')} />
      <SpanField name={['voicemail', 'untaken']} label={t('queues.untaken')} />
      <Form.Item name={['voicemail', 'calendar']} label={t('calendars.one')}><Select allowClear options={optionsOf((plan.calendars ?? []).map((c) => c.id))} /></Form.Item>
      <Form.Item name={['voicemail', 'lamp']} label={t('queues.lamp')}><Input /></Form.Item>
    </>
  )
}
