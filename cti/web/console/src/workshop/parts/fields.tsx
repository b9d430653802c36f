import { Form, Input } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '../../shell/text'
import { isSpan, shortSpan } from './span'

type Name = string | (string | number)[]

/** A length of time in a form, as in 90s or 10m. */
export function SpanField({ name, label, extra, required }: { name: Name; label: string; extra?: ReactNode; required?: boolean }) {
  const t = useText('workshop')
  return (
    <Form.Item name={name} label={label} extra={extra} getValueProps={(v?: string) => ({ value: v ? shortSpan(v) : '' })}
      rules={[{ required }, { validator: async (_, v?: string) => (v && !isSpan(v.trim()) ? Promise.reject(new Error(t('field.span'))) : undefined) }]}>
      <Input placeholder="90s, 10m, 1h30m" allowClear />
    </Form.Item>
  )
}

/** A name as the document has them: of queues, calendars, flows, nodes. */
export function IdField({ label, disabled, taken, name = 'id' }: { label: string; disabled: boolean; taken: string[]; name?: Name }) {
  const t = useText('workshop')
  return (
    <Form.Item name={name} label={label} extra={disabled ? undefined : t('field.idHint')} rules={[
      { required: true, pattern: /^[a-z0-9][a-z0-9_-]{0,31}$/, message: t('field.id') },
      { validator: async (_, v: string) => (!disabled && taken.includes(v) ? Promise.reject(new Error(t('field.taken'))) : undefined) },
    ]}>
      <Input disabled={disabled} autoComplete="off" />
    </Form.Item>
  )
}

/** Values of a list as what a Select offers. */
export const optionsOf = (values: string[], label: (v: string) => ReactNode = (v) => v) => values.map((value) => ({ value, label: label(value) }))
