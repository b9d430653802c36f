import { Button, DatePicker, Form, Input, Select } from 'antd'
import dayjs from 'dayjs'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { dispositions, write, type Filters } from './filters'
import { useQueues } from './queues'
import { wordOr } from './words'

type Props = { filters: Filters; query: URLSearchParams; onChange: (query: URLSearchParams) => void }

/** What calls are chosen by; it stands in the page's address. */
export function Search({ filters, query, onChange }: Props) {
  const t = useText('calls')
  const { role } = useMe()
  const queues = useQueues(filters.company, filters.queue)
  const set = (change: Partial<Filters>) => onChange(write(query, change))
  const range: [dayjs.Dayjs | null, dayjs.Dayjs | null] = [filters.since ? dayjs(filters.since) : null, filters.until ? dayjs(filters.until) : null]
  return (
    <Form layout="inline" className="page-head" component="div" role="search" aria-label={t('title')}>
      <Form.Item label={t('time')}>
        <DatePicker.RangePicker
          showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" value={range} allowEmpty={[true, true]} placeholder={[t('from'), t('to')]} aria-label={t('time')}
          onChange={(times) => set({ since: times?.[0]?.toISOString(), until: times?.[1]?.toISOString() })}
        />
      </Form.Item>
      {role !== 'finance' && role !== 'operator' && <Text name="caller" label={t('number')} hint={t('numberHelp')} value={filters.caller} allowed={/[^0-9+*#]/g} onSet={(caller) => set({ caller })} />}
      <Text name="did" label={t('line')} value={filters.did} allowed={/[^0-9+*#]/g} onSet={(did) => set({ did })} />
      {role !== 'agent' && <Text name="agent" label={t('agent')} value={filters.agent} allowed={/[^0-9]/g} onSet={(agent) => set({ agent })} />}
      {(role === 'administrator' || role === 'auditor') && (
        <Text name="company" label={t('company')} value={filters.company} allowed={/[^a-z0-9_-]/g} onSet={(company) => set({ company })} />)}
      <Form.Item label={t('queue')}>
        <Select
          aria-label={t('queue')} value={filters.queue ?? ''} style={{ width: '9rem' }} showSearch onChange={(value: string) => set({ queue: value || undefined })}
          options={[{ value: '', label: t('any') }, ...queues.map((q) => ({ value: q, label: q }))]}
        />
      </Form.Item>
      <Form.Item label={t('emergency')}>
        <Select<'' | 'true' | 'false'>
          aria-label={t('emergency')} value={filters.emergency ?? ''} style={{ width: '7rem' }} onChange={(value) => set({ emergency: value === '' ? undefined : value })}
          options={[{ value: '', label: t('any') }, { value: 'true', label: t('emergencies') }, { value: 'false', label: t('ordinary') }]}
        />
      </Form.Item>
      <Form.Item label={t('dispositionLabel')}>
        <Select<'' | (typeof dispositions)[number]>
          aria-label={t('dispositionLabel')} value={filters.disposition ?? ''} style={{ width: '8rem' }} onChange={(value) => set({ disposition: value === '' ? undefined : value })}
          options={[{ value: '', label: t('any') }, ...dispositions.map((d) => ({ value: d, label: wordOr(t, 'disposition', d) }))]}
        />
      </Form.Item>
      <Form.Item label={t('person')}>
        <Select<'' | 'true' | 'false'>
          aria-label={t('person')} value={filters.answered ?? ''} style={{ width: '8rem' }} onChange={(value) => set({ answered: value === '' ? undefined : value })}
          options={[{ value: '', label: t('any') }, { value: 'true', label: t('answered') }, { value: 'false', label: t('unanswered') }]}
        />
      </Form.Item>
      <Button onClick={() => onChange(new URLSearchParams())}>{t('clear')}</Button>
    </Form>
  )
}

type TextProps = { name: string; label: string; hint?: string; value?: string; allowed: RegExp; onSet: (value: string | undefined) => void }

/** A text that is searched for once it is entered; what cannot be in it is left out. */
function Text({ name, label, hint, value, allowed, onSet }: TextProps) {
  const enter = (text: string) => onSet(text.replace(allowed, '') || undefined)
  return (
    <Form.Item label={label}>
      <Input.Search
        key={value ?? ''} name={name} aria-label={label} placeholder={hint} defaultValue={value} allowClear style={{ width: '11rem' }}
        onSearch={enter} onBlur={(e) => e.target.value !== (value ?? '') && enter(e.target.value)}
      />
    </Form.Item>
  )
}
