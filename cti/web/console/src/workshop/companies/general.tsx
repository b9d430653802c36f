import { AutoComplete, Form, Input, Select, Switch } from 'antd'
import { useText } from '../../shell/text'
import { useDrafted } from '../draft/context'
import { zoneNames } from '../hours/zones'
import { IdField, optionsOf } from '../parts/fields'
import { Rows } from '../parts/rows'

/** Countries whose ringing the hotline knows. */
const countries = ['cn', 'de', 'fr', 'jp', 'uk', 'us']

/** Who a company is, how it speaks, and what holds for all of its calls. */
export function General({ isNew }: { isNew: boolean }) {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const number = { pattern: /^[+]?[0-9]{2,20}$/, message: t('field.outside') }
  return (
    <>
      <IdField label={t('companies.id')} disabled={!isNew} taken={(plan.companies ?? []).map((c) => c.id)} />
      <Form.Item name="name" label={t('companies.name')}><Input autoComplete="off" /></Form.Item>
      <Form.Item name="country" label={t('companies.country')} rules={[{ required: true }]} extra={t('companies.countryHint')}>
        <Select options={optionsOf(countries, (c) => t(`companies.countries.${c}`))} />
      </Form.Item>
      <Form.Item name="language" label={t('companies.language')} rules={[{ required: true }]}>
        <Select options={optionsOf(['zh', 'en'], (l) => t(`companies.languages.${l}`))} />
      </Form.Item>
      <Form.Item name="zone" label={t('calendars.zone')} extra={t('companies.zoneHint')}>
        <AutoComplete allowClear options={optionsOf(zoneNames())} showSearch={{ filterOption: (typed, o) => String(o?.value).toLowerCase().includes(typed.toLowerCase()) }} />
      </Form.Item>
      <Form.Item name="calendar" label={t('calendars.one')} extra={t('companies.calendarHint')}><Select allowClear options={optionsOf((plan.calendars ?? []).map((c) => c.id))} /></Form.Item>
      <Form.Item name="vips" label={t('companies.vips')} extra={t('companies.vipsHint')} rules={[{ type: 'array', defaultField: { type: 'string', ...number } }]}><Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[' ', ',', '，']} /></Form.Item>
      <Form.Item name="refused" label={t('companies.refused')} extra={t('companies.refusedHint')} rules={[{ type: 'array', defaultField: { type: 'string', ...number } }]}><Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[' ', ',', '，']} /></Form.Item>
      <Form.Item name="conduct" label={t('companies.conduct')} valuePropName="checked" extra={t('companies.conductHint')}><Switch /></Form.Item>
      <Form.Item name="lamps" label={t('companies.lamps')} valuePropName="checked" extra={t('companies.lampsHint')}><Switch /></Form.Item>
      <h4>{t('companies.departments')}</h4>
      <Rows name={['departments']} title={(n) => t('companies.department', { n })} add={t('companies.addDepartment')} initial={{ id: '', name: '' }}>
        {(at) => (
          <>
            <Form.Item name={[at, 'id']} label={t('companies.departmentId')} rules={[{ required: true, pattern: /^[a-z0-9][a-z0-9_-]{0,31}$/, message: t('field.id') }]}><Input autoComplete="off" /></Form.Item>
            <Form.Item name={[at, 'name']} label={t('companies.departmentName')} rules={[{ required: true, whitespace: true }]}><Input autoComplete="off" /></Form.Item>
          </>
        )}
      </Rows>
    </>
  )
}
