import { Form, InputNumber, Select, Typography } from 'antd'
import { useText } from '../../shell/text'
import { optionsOf } from '../parts/fields'
import { Rows } from '../parts/rows'

/** Which numbers outside a company's people may dial, and pass calls on to. */
export function DialRules() {
  const t = useText('workshop')
  return (
    <>
      <Typography.Paragraph type="secondary">{t('companies.outsideHint')}</Typography.Paragraph>
      <Rows name={['outside']} title={(n) => t('companies.rule', { n })} add={t('companies.addRule')} initial={{ role: 'agent', prefixes: [] }}>
        {(at) => (
          <>
            <Form.Item name={[at, 'role']} label={t('companies.role')} rules={[{ required: true }]} extra={t('companies.roleHint')}>
              <Select options={optionsOf(['agent', 'leader'], (r) => t(`companies.roles.${r}`))} />
            </Form.Item>
            <Form.Item name={[at, 'prefixes']} label={t('companies.prefixes')} extra={t('companies.prefixesHint')} rules={[
              { required: true, message: t('companies.prefixesNeeded') },
              { type: 'array', defaultField: { type: 'string', pattern: /^[+]?[0-9]{1,20}$/, message: t('companies.prefixForm') } },
            ]}>
              <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[' ', ',', '，']} />
            </Form.Item>
            <Form.Item name={[at, 'per_hour']} label={t('companies.perHour')} extra={t('companies.perHourHint')}><InputNumber min={0} precision={0} /></Form.Item>
          </>
        )}
      </Rows>
    </>
  )
}
