import { Checkbox, Form, Input } from 'antd'
import { useText } from '../shell/text'
import { flags } from './card'

/** What is written on a customer's card, and why. What is hidden is shown as that. */
export function CardFields({ hidden }: { hidden: boolean }) {
  const t = useText('customers')
  const placeholder = hidden ? t('hidden') : undefined
  const text = (name: 'name' | 'address' | 'account', most: number) => (
    <Form.Item name={name} label={t(`field.${name}`)}><Input maxLength={most} disabled={hidden} placeholder={placeholder} autoComplete="off" /></Form.Item>
  )
  return (
    <>
      <Form.Item name="numbers" label={t('field.numbers')} extra={hidden ? undefined : t('numbersHint')}><Input.TextArea autoSize={{ minRows: 2 }} disabled={hidden} placeholder={placeholder} /></Form.Item>
      {text('name', 100)}{text('address', 300)}{text('account', 64)}
      <Form.Item name="flags" label={t('field.flags')}><Checkbox.Group options={flags.map((f) => ({ value: f, label: t(`flags.${f}`) }))} /></Form.Item>
      <Form.Item name="note" label={t('field.note')}><Input.TextArea autoSize={{ minRows: 2 }} maxLength={2000} disabled={hidden} placeholder={placeholder} /></Form.Item>
      <Form.Item name="reason" label={t('field.reason')} rules={[{ required: true, whitespace: true, max: 200 }]}><Input maxLength={200} autoComplete="off" /></Form.Item>
    </>
  )
}
