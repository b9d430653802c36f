import { DatePicker, Input, InputNumber, Radio, Select } from 'antd'
import dayjs from 'dayjs'
import { language, useText } from '../shell/text'
import { labelOf, type FormField } from '../parts/forms'
import { needed, type Value } from './sheet'

/** One field of a record sheet. */
export function SheetField({ field, kind, value, lacks, disabled, onChange }: {
  field: FormField; kind: string; value: Value | undefined
  /** It must say something before the sheet is final, and that was asked for. */
  lacks: boolean
  disabled: boolean
  onChange: (value: Value | undefined) => void
}) {
  const t = useText('desk')
  const id = fieldId(field.id)
  const must = needed(kind, field)
  const wide = field.type === 'long_text' || field.type === 'place'
  return (
    <div className="desk-field" data-wide={wide || undefined}>
      <label htmlFor={id} id={`${id}-label`}>{labelOf(field.label, language())}{must && <span className="desk-must" title={t('sheet.must')}> *</span>}</label>
      <Entry id={id} field={field} value={value} must={must} lacks={lacks} disabled={disabled} onChange={onChange} />
      {lacks ? <span className="desk-lacks" role="alert">{t('sheet.lacks')}</span> : field.hint && <span className="desk-dim">{labelOf(field.hint, language())}</span>}
    </div>
  )
}

/** The id of a field's control, for labels and for going there. */
export function fieldId(id: string): string {
  return `sheet-${id}`
}

function Entry({ id, field, value, must, lacks, disabled, onChange }: {
  id: string; field: FormField; value: Value | undefined; must: boolean; lacks: boolean; disabled: boolean; onChange: (value: Value | undefined) => void
}) {
  const t = useText('desk')
  const common = { id, disabled, 'aria-required': must, status: lacks ? 'error' as const : undefined }
  const text = typeof value === 'string' ? value : ''
  const options = (field.options ?? []).map((o) => ({ value: o.id, label: labelOf(o.label, language()) }))
  switch (field.type) {
    case 'long_text':
      return <Input.TextArea {...common} value={text} autoSize={{ minRows: 2, maxRows: 8 }} onChange={(e) => onChange(e.target.value)} />
    case 'number':
      return <InputNumber {...common} value={typeof value === 'number' ? value : null} onChange={(n) => onChange(typeof n === 'number' ? n : undefined)} />
    case 'choice':
      return <Select {...common} allowClear value={text || undefined} options={options} onChange={(v?: string) => onChange(v)} />
    case 'choices':
      return <Select<string[]> {...common} mode="multiple" value={Array.isArray(value) ? value : []} options={options} onChange={(v) => onChange(v)} />
    case 'date':
      return <DatePicker {...common} value={text ? dayjs(text) : null} onChange={(d) => onChange(d?.isValid() ? d.format('YYYY-MM-DD') : undefined)} />
    case 'yes_no':
      return (
        <Radio.Group id={id} aria-labelledby={`${id}-label`} disabled={disabled} optionType="button" value={typeof value === 'boolean' ? value : undefined}
          options={[{ value: true, label: t('yes') }, { value: false, label: t('no') }]} onChange={(e) => onChange(e.target.value as boolean)} />
      )
    case 'phone':
      return <Input {...common} inputMode="tel" value={text} onChange={(e) => onChange(e.target.value)} />
  }
  return <Input {...common} value={text} onChange={(e) => onChange(e.target.value)} />
}
