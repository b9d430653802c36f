import { AutoComplete, Form, Input, Select, Switch } from 'antd'
import { useText } from '../shell/text'
import { useDrafted } from './draft/context'
import { CompanyField } from './parts/companyfield'
import { Entry } from './parts/entry'
import { optionsOf } from './parts/fields'
import type { Line } from './plan'
import { usePromptNames } from './prompts/names'

/** A published number and what its callers meet. */
export function NumberEntry({ open, onClose, company }: { open: string; onClose: () => void; company: string }) {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const prompts = usePromptNames()
  const taken = (plan.lines ?? []).map((l) => l.did)
  return (
    <Entry<Line> list="lines" open={open} onClose={onClose} title={t('numbers.one')} initial={{ did: '', company, mode: 'greeted', queue: '', announce: true }}>
      {(form, isNew) => (
        <>
          <Form.Item name="did" label={t('numbers.did')} rules={[
            { required: true, pattern: /^[0-9]{3,15}$/, message: t('field.number') },
            { validator: async (_, v: string) => (isNew && taken.includes(v) ? Promise.reject(new Error(t('field.taken'))) : undefined) },
          ]}><Input inputMode="numeric" disabled={!isNew} /></Form.Item>
          <CompanyField />
          <Form.Item name="mode" label={t('numbers.mode')} rules={[{ required: true }]} extra={t('numbers.modeHint')}>
            <Select options={optionsOf(['greeted', 'direct'], (m) => t(`numbers.${m}`))} />
          </Form.Item>
          <Form.Item name="emergency" label={t('numbers.emergency')} valuePropName="checked" extra={t('numbers.emergencyHint')}><Switch /></Form.Item>
          <Form.Item name="queue" label={t('numbers.queue')} rules={[{ required: true }]}>
            <Select showSearch options={optionsOf((plan.queues ?? []).map((q) => q.id))} />
          </Form.Item>
          <Form.Item noStyle shouldUpdate>
            {() => {
              const greeted = form.getFieldValue('mode') === 'greeted'
              const of = form.getFieldValue('company') as string
              return greeted && (
                <>
                  <Form.Item name="greeting" label={t('numbers.greeting')} rules={[{ required: true, pattern: /^[a-z0-9][a-z0-9_-]{0,63}$/, message: t('field.prompt') }]} extra={t('numbers.greetingHint')}>
                    <AutoComplete options={optionsOf(prompts)} showSearch={{ filterOption: (typed, o) => String(o?.value).includes(typed) }} />
                  </Form.Item>
                  {!form.getFieldValue('emergency') && (
                    <Form.Item name="flow" label={t('numbers.flow')} extra={t('numbers.flowHint')}>
                      <Select allowClear options={optionsOf((plan.flows ?? []).filter((f) => f.company === of).map((f) => f.id))} />
                    </Form.Item>
                  )}
                </>
              )
            }}
          </Form.Item>
          <Form.Item name="announce" label={t('numbers.announce')} valuePropName="checked"><Switch /></Form.Item>
        </>
      )}
    </Entry>
  )
}
