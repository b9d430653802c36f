import { AutoComplete, Form, Input, Select, Typography, type FormInstance } from 'antd'
import { useText } from '../../shell/text'
import { optionsOf, SpanField } from '../parts/fields'
import { Rows } from '../parts/rows'
import type { Company } from '../plan'

/** The hotline's own tickets, which need no service. */
const tickets = 'store:tickets'

const id = /^[a-z0-9][a-z0-9_-]{0,31}$/

/** The services that a company's flows may ask about a caller, and the one that knows its customers. */
export function Lookups({ form }: { form: FormInstance<Company> }) {
  const t = useText('workshop')
  const lookups = Form.useWatch('lookups', form) ?? []
  return (
    <>
      <Typography.Paragraph type="secondary">{t('companies.lookupsHint')}</Typography.Paragraph>
      <Rows name={['lookups']} title={(n) => t('companies.lookup', { n })} add={t('companies.addLookup')} initial={{ id: '', url: '', results: [] }} most={20}>
        {(at) => <LookupFields at={at} own={lookups[at]?.url === tickets} />}
      </Rows>
      <h4>{t('companies.customers')}</h4>
      <Form.Item name={['customers', 'lookup']} label={t('companies.customersFrom')} extra={t('companies.customersHint')}>
        <Select allowClear options={optionsOf(lookups.filter((l) => l?.id && l.url !== tickets).map((l) => l.id))} />
      </Form.Item>
      {['name', 'address', 'account', 'note'].map((field) => (
        <Form.Item key={field} name={['customers', 'fields', field]} label={t('companies.calls', { field: t(`companies.card.${field}`) })}><Input placeholder={field} autoComplete="off" /></Form.Item>
      ))}
    </>
  )
}

function LookupFields({ at, own }: { at: number; own: boolean }) {
  const t = useText('workshop')
  return (
    <>
      <Form.Item name={[at, 'id']} label={t('companies.lookupId')} rules={[{ required: true, pattern: id, message: t('field.id') }]}><Input autoComplete="off" /></Form.Item>
      <Form.Item name={[at, 'url']} label={t('companies.url')} rules={[{ required: true }]} extra={t('companies.urlHint')}>
        <AutoComplete options={[{ value: tickets, label: t('companies.tickets') }]}><Input inputMode="url" autoComplete="off" /></AutoComplete>
      </Form.Item>
      <Form.Item name={[at, 'results']} label={t('companies.results')} extra={t(own ? 'companies.ticketResults' : 'companies.resultsHint')} rules={[
        { required: true, message: t('companies.resultsNeeded') },
        { type: 'array', max: 20, defaultField: { type: 'string', pattern: id, message: t('field.id') } },
      ]}>
        <Select mode="tags" tokenSeparators={[' ', ',', '，']} options={optionsOf(own ? ['open', 'none'] : [])} />
      </Form.Item>
      {!own && (
        <>
          <SpanField name={[at, 'deadline']} label={t('companies.deadline')} extra={t('companies.deadlineHint')} />
          <Form.Item name={[at, 'header']} label={t('companies.header')}><Input placeholder="Authorization" autoComplete="off" /></Form.Item>
          <Form.Item name={[at, 'header_env']} label={t('companies.headerEnv')} extra={t('companies.headerEnvHint')}
            rules={[{ pattern: /^SANSHENG_LOOKUP_[A-Z0-9_]{1,48}$/, message: t('companies.headerEnvForm') }]}><Input placeholder="SANSHENG_LOOKUP_CRM" autoComplete="off" /></Form.Item>
        </>
      )}
    </>
  )
}
