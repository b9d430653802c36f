import { Tabs } from 'antd'
import { useText } from '../../shell/text'
import { Entry } from '../parts/entry'
import { QueueVoicemail } from '../people/oncall'
import type { Company } from '../plan'
import { DialRules } from './dialling'
import { General } from './general'
import { Lookups } from './lookups'
import { SurveyFields } from './survey'

/** A company, with what is its own: whom its people may dial, whom its flows ask, what its callers are asked. */
export function CompanyEntry({ open, onClose }: { open: string; onClose: () => void }) {
  const t = useText('workshop')
  return (
    <Entry<Company> list="companies" open={open} onClose={onClose} title={t('companies.one')} initial={{ id: '', name: '', country: 'cn', language: 'zh' }}>
      {(form, isNew) => (
        <Tabs items={[
          { key: 'general', label: t('companies.general'), forceRender: true, children: <General isNew={isNew} /> },
          { key: 'outside', label: t('companies.outside'), forceRender: true, children: <DialRules /> },
          { key: 'lookups', label: t('companies.lookups'), forceRender: true, children: <Lookups form={form} /> },
          { key: 'survey', label: t('companies.survey'), forceRender: true, children: <SurveyFields /> },
          { key: 'voicemail', label: t('queues.voicemail'), forceRender: true, children: <QueueVoicemail hint={t('companies.voicemailHint')} /> },
        ]} />
      )}
    </Entry>
  )
}
