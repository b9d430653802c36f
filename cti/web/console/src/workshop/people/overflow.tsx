import { AutoComplete, Form, InputNumber, Select, Switch, Typography } from 'antd'
import { useText } from '../../shell/text'
import { useDrafted } from '../draft/context'
import { optionsOf, SpanField } from '../parts/fields'

/** Where callers go who have waited long, or find many waiting. */
export function QueueOverflow({ id }: { id: string }) {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const others = (plan.queues ?? []).map((q) => q.id).filter((q) => q !== id)
  return (
    <>
      <SpanField name="overflow_after" label={t('queues.overflowAfter')} />
      <Form.Item name="overflow_length" label={t('queues.overflowLength')}><InputNumber min={0} precision={0} /></Form.Item>
      <Typography.Paragraph type="secondary">{t('queues.overflowHint')}</Typography.Paragraph>
      <Form.Item name="overflow_to" label={t('queues.overflowTo')}><Select allowClear options={optionsOf(others)} /></Form.Item>
      <Form.Item name="overflow_number" label={t('queues.overflowNumber')}>
        <AutoComplete allowClear options={optionsOf((plan.contacts ?? []).map((c) => c.id))} />
      </Form.Item>
      <Form.Item name="overflow_voicemail" label={t('queues.overflowVoicemail')} valuePropName="checked"><Switch /></Form.Item>
      <Form.Item name="overflow_callback" label={t('queues.overflowCallback')} valuePropName="checked"><Switch /></Form.Item>
      <Typography.Title level={5}>{t('queues.callback')}</Typography.Title>
      <Typography.Paragraph type="secondary">{t('queues.callbackHint')}</Typography.Paragraph>
      <Form.Item name={['callback', 'attempts']} label={t('queues.attempts')}><InputNumber min={1} max={10} precision={0} /></Form.Item>
      <SpanField name={['callback', 'retry']} label={t('queues.retry')} />
      <SpanField name={['callback', 'keep']} label={t('queues.keep')} />
      <Typography.Title level={5}>{t('queues.helpers')}</Typography.Title>
      <Form.Item name="overflow" label={t('queues.helpers')} extra={t('queues.helpersHint')}><Select mode="multiple" options={optionsOf(others)} /></Form.Item>
    </>
  )
}
