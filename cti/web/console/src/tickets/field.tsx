import { AutoComplete, Checkbox, DatePicker, Form, Input, Rate, Select } from 'antd'
import type { Rule } from 'antd/es/form'
import dayjs, { type Dayjs } from 'dayjs'
import { language, useText } from '../shell/text'
import { labelOf, useForms } from '../parts/forms'
import { kinds, levelMost, type Field, type Order, type Ticket } from './orders'

const patterns: Partial<Record<Field['type'], RegExp>> = {
  agent: /^[0-9]{3,15}$/, ticket: /^[0-9a-fA-F-]{36}$/, call: /^[A-Za-z0-9._:@-]{1,128}$/,
}

/** A field of an order's dialog. */
export function OrderField({ field, order, ticket, first }: { field: Field; order: Order; ticket: Ticket; first: boolean }) {
  const t = useText('tickets')
  const rules: Rule[] = []
  if (field.needed) rules.push(field.type === 'line' || field.type === 'long' ? { required: true, whitespace: true } : { required: true })
  if (field.most) rules.push({ max: field.most })
  const pattern = patterns[field.type]
  if (pattern) rules.push({ pattern })
  const common = { name: field.name, label: t(`field.${field.name}`), rules, extra: extraOf(field, order, ticket, t) }
  if (field.type === 'yes') {
    return <Form.Item name={field.name} valuePropName="checked"><Checkbox>{t(`field.${field.name}`)}</Checkbox></Form.Item>
  }
  return <Form.Item {...common}>{<Entry field={field} ticket={ticket} first={first} />}</Form.Item>
}

function extraOf(field: Field, order: Order, ticket: Ticket, t: ReturnType<typeof useText>) {
  if (field.name === 'clerk') return t('self')
  if (order === 'split' && field.name === 'owner') return t('sameOwner')
  if (order === 'close' && field.name === 'result' && ticket.result) return t('resultKept')
  return undefined
}

// Form.Item hands it the value, the change and the id.
function Entry({ field, ticket, first, ...item }: { field: Field; ticket: Ticket; first: boolean }) {
  const t = useText('tickets')
  const more = { autoFocus: first }
  switch (field.type) {
    case 'long':
      return <Input.TextArea {...item} {...more} autoSize={{ minRows: 2, maxRows: 10 }} maxLength={field.most} />
    case 'moment':
      return <DatePicker {...item} needConfirm={false} showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" disabledDate={(d: Dayjs) => d.isBefore(dayjs(), 'day')} />
    case 'past':
      return <DatePicker {...item} needConfirm={false} showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" disabledDate={(d: Dayjs) => d.isAfter(dayjs(), 'day')} />
    case 'kind':
      return <Select {...item} {...more} options={kinds.map((k) => ({ value: k, label: t(`kinds.${k}`) }))} />
    case 'level':
      return <Select {...item} options={levels(ticket).map((n) => ({ value: n, label: t(`levels.${n}`) }))} allowClear />
    case 'score':
      return <Rate {...item} count={5} />
    case 'department':
      return <Department {...item} company={ticket.company} focus={first} />
  }
  return <Input {...item} {...more} maxLength={field.most} inputMode={field.type === 'agent' ? 'numeric' : undefined} autoComplete="off" />
}

/** The levels above the one at which a ticket is. */
function levels(ticket: Ticket): number[] {
  return Array.from({ length: levelMost }, (_, i) => i + 1).filter((n) => n > (ticket.level ?? 0))
}

function Department({ company, focus, ...item }: { company: string; focus: boolean }) {
  const { departments } = useForms(company)
  const options = (departments ?? []).map((d) => ({ value: d.id, label: labelOf(d.label, language()) || d.id }))
  return options.length > 0 ? <Select {...item} autoFocus={focus} options={options} showSearch /> : <AutoComplete {...item} autoFocus={focus} options={[]} />
}
