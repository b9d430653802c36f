import { Form, Input } from 'antd'
import { useText } from '../../shell/text'
import { useDrafted } from '../draft/context'
import { CompanyField } from '../parts/companyfield'
import { Entry } from '../parts/entry'
import type { Contact } from '../plan'

/** A number outside to which calls may always be passed on. */
export function ContactEntry({ open, onClose, company }: { open: string; onClose: () => void; company: string }) {
  const t = useText('workshop')
  const { plan } = useDrafted()
  return (
    <Entry<Contact> list="contacts" open={open} onClose={onClose} title={t('contacts.one')} initial={{ id: '', company, number: '' }}>
      {(form, isNew) => {
        const taken = (id: string) => (plan.queues ?? []).some((q) => q.id === id) ||
          (plan.contacts ?? []).some((c) => c.id === id && c.company === form.getFieldValue('company'))
        return (
          <>
            <CompanyField disabled={!isNew} />
            <Form.Item name="id" label={t('contacts.id')} extra={isNew ? t('contacts.idHint') : undefined} dependencies={['company']} rules={[
              { required: true, pattern: /^[a-z0-9][a-z0-9_-]{0,31}$/, message: t('field.id') },
              { validator: async (_, v: string) => (isNew && taken(v) ? Promise.reject(new Error(t('contacts.taken'))) : undefined) },
            ]}><Input disabled={!isNew} autoComplete="off" /></Form.Item>
            <Form.Item name="name" label={t('contacts.name')} extra={t('contacts.nameHint')}><Input autoComplete="off" /></Form.Item>
            <Form.Item name="number" label={t('contacts.number')} rules={[
              { required: true, pattern: /^[+]?[0-9]{2,20}$/, message: t('field.outside') },
              { validator: async (_, v: string) => ((plan.agents ?? []).some((a) => a.id === v) ? Promise.reject(new Error(t('contacts.agents'))) : undefined) },
            ]}><Input inputMode="tel" autoComplete="off" /></Form.Item>
          </>
        )
      }}
    </Entry>
  )
}
