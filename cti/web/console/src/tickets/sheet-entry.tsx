import { DatePicker, Input, InputNumber, Radio, Select } from 'antd'
import dayjs from 'dayjs'
import { language, useText } from '../shell/text'
import { labelOf, type FormField } from '../parts/forms'

/** What a field of a sheet is filled in with; Form.Item hands it its value and id. */
export function SheetEntry({ field, value, onChange, ...item }: { field: FormField; value?: unknown; onChange?: (value: unknown) => void; id?: string }) {
  const t = useText('tickets')
  const text = typeof value === 'string' ? value : ''
  const options = (field.options ?? []).map((o) => ({ value: o.id, label: labelOf(o.label, language()) }))
  switch (field.type) {
    case 'long_text':
      return <Input.TextArea {...item} value={text} autoSize={{ minRows: 2, maxRows: 10 }} onChange={(e) => onChange?.(e.target.value)} />
    case 'number':
      return <InputNumber {...item} value={typeof value === 'number' ? value : null} onChange={(n) => onChange?.(n ?? undefined)} />
    case 'choice':
      return <Select {...item} allowClear value={text || undefined} options={options} onChange={(v?: string) => onChange?.(v)} />
    case 'choices':
      return <Select<string[]> {...item} mode="multiple" value={Array.isArray(value) ? (value as string[]) : []} options={options} onChange={(v) => onChange?.(v)} />
    case 'date':
      return <DatePicker {...item} value={text ? dayjs(text) : null} onChange={(d) => onChange?.(d ? d.format('YYYY-MM-DD') : undefined)} />
    case 'yes_no':
      return (
        <Radio.Group {...item} value={typeof value === 'boolean' ? value : undefined} options={[{ value: true, label: t('sheet.yes') }, { value: false, label: t('sheet.no') }]}
          onChange={(e) => onChange?.(e.target.value)} />
      )
    case 'phone':
      return <Input {...item} value={text} inputMode="tel" autoComplete="off" onChange={(e) => onChange?.(e.target.value)} />
  }
  return <Input {...item} value={text} autoComplete="off" onChange={(e) => onChange?.(e.target.value)} />
}
