import { AutoComplete, Button, Checkbox, Input, Select, Space } from 'antd'
import { useEffect, useState } from 'react'
import { useMe } from '../shell/me'
import { language, useText } from '../shell/text'
import { labelOf, useForms } from '../parts/forms'
import { kinds, states } from './orders'
import { sound, type Filters as Chosen } from './query'

type Set = (name: string, value: string | undefined) => void

/** What the list is narrowed by; it stands in the address. */
export function Filters({ chosen, departments, onSet, onClear }: { chosen: Chosen; departments: string[]; onSet: Set; onClear: () => void }) {
  const t = useText('tickets')
  const { role } = useMe()
  const forms = useForms(chosen.company)
  const known = new Map(departments.map((d) => [d, d]))
  for (const d of forms.departments ?? []) known.set(d.id, labelOf(d.label, language()) || d.id)
  const anything = Object.keys(chosen).length > 0
  return (
    <Space wrap role="search" style={{ marginBottom: 12 }}>
      <Select allowClear aria-label={t('field.state')} placeholder={t('field.state')} style={{ width: 130 }} value={chosen.state}
        options={states.map((s) => ({ value: s, label: t(`states.${s}`) }))} onChange={(v?: string) => onSet('state', v)} />
      <Select allowClear aria-label={t('field.kind')} placeholder={t('field.kind')} style={{ width: 130 }} value={chosen.kind}
        options={kinds.map((k) => ({ value: k, label: t(`kinds.${k}`) }))} onChange={(v?: string) => onSet('kind', v)} />
      {role !== 'clerk' && (
        <Typed name="department" value={chosen.department} onSet={onSet} options={[...known].map(([value, label]) => ({ value, label }))} />
      )}
      <Typed name="owner" value={chosen.owner} onSet={onSet} />
      {['administrator', 'auditor'].includes(role) && <Typed name="company" value={chosen.company} onSet={onSet} />}
      <Checkbox checked={chosen.overdue ?? false} onChange={(e) => onSet('overdue', e.target.checked ? 'true' : undefined)}>{t('field.overdue')}</Checkbox>
      {anything && <Button type="link" onClick={onClear}>{t('clear')}</Button>}
    </Space>
  )
}

/** A filter that is typed: it holds when it is entered, or left. */
function Typed({ name, value, options, onSet }: { name: 'department' | 'owner' | 'company'; value?: string; options?: { value: string; label: string }[]; onSet: Set }) {
  const t = useText('tickets')
  const [text, setText] = useState(value ?? '')
  useEffect(() => setText(value ?? ''), [value])
  const wrong = text !== '' && !sound(name, text)
  function enter(said: string) {
    if (said !== (value ?? '') && (said === '' || sound(name, said))) onSet(name, said || undefined)
  }
  const common = { 'aria-label': t(`field.${name}`), placeholder: t(`field.${name}`), style: { width: 130 }, status: wrong ? 'error' as const : undefined, allowClear: true }
  if (options) {
    return <AutoComplete {...common} value={text} options={options} onChange={(v?: string) => { setText(v ?? ''); if (!v) enter('') }} onSelect={(v) => enter(v ?? '')} onBlur={() => enter(text)} />
  }
  return <Input {...common} value={text} onChange={(e) => { setText(e.target.value); if (e.target.value === '') enter('') }} onPressEnter={() => enter(text)} onBlur={() => enter(text)} />
}
