import { Input, Segmented, Select } from 'antd'
import { memo } from 'react'
import { useText } from '../shell/text'
import { states, type Filter, type GroupBy } from './group'

type Props = {
  filter: Filter
  by: GroupBy
  companies: string[]
  queues: string[]
  onSet: (name: keyof Filter | 'by', value: string) => void
}

/** Chooses what of the floor is shown, and how it is put together. */
export const Filters = memo(function Filters({ filter, by, companies, queues, onSet }: Props) {
  const t = useText('floor')
  const options = (all: string[]) => all.map((value) => ({ value, label: value }))
  return (
    <div className="floor-filters" role="search" aria-label={t('filters')}>
      {companies.length > 1 && (
        <Select allowClear showSearch aria-label={t('company')} placeholder={t('company')} className="floor-select"
          value={filter.company || undefined} options={options(companies)} onChange={(v?: string) => onSet('company', v ?? '')} />
      )}
      <Select allowClear showSearch aria-label={t('queue')} placeholder={t('queue')} className="floor-select"
        value={filter.queue || undefined} options={options(queues)} onChange={(v?: string) => onSet('queue', v ?? '')} />
      <Select allowClear aria-label={t('state')} placeholder={t('state')} className="floor-select"
        value={filter.state || undefined} options={states.map((value) => ({ value, label: t(`shell:state.${value}`) }))}
        onChange={(v?: string) => onSet('state', v ?? '')} />
      <Input allowClear aria-label={t('text')} placeholder={t('text')} className="floor-text"
        value={filter.text} onChange={(e) => onSet('text', e.target.value)} />
      <Segmented aria-label={t('by')} value={by} onChange={(v) => onSet('by', v === 'queue' ? 'queue' : '')}
        options={[{ value: 'state', label: t('byState') }, { value: 'queue', label: t('byQueue') }]} />
    </div>
  )
})
