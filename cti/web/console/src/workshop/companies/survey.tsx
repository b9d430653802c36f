import { AutoComplete, Form, Input, InputNumber, Select, Typography } from 'antd'
import { useText } from '../../shell/text'
import { optionsOf } from '../parts/fields'
import { Rows } from '../parts/rows'
import { usePromptNames } from '../prompts/names'

const prompt = /^[a-z0-9][a-z0-9_-]{0,63}$/

/** What callers are asked when their talk is over. */
export function SurveyFields() {
  const t = useText('workshop')
  const prompts = usePromptNames()
  const offered = { options: optionsOf(prompts), showSearch: { filterOption: (typed: string, o?: { value: string }) => String(o?.value).includes(typed) } }
  return (
    <>
      <Typography.Paragraph type="secondary">{t('companies.surveyHint')}</Typography.Paragraph>
      <Rows name={['survey', 'questions']} title={(n) => t('companies.question', { n })} add={t('companies.addQuestion')} initial={{ id: '', say: '' }} most={3}>
        {(at) => (
          <>
            <Form.Item name={[at, 'id']} label={t('companies.questionId')} rules={[{ required: true, pattern: /^[a-z0-9][a-z0-9_-]{0,31}$/, message: t('field.id') }]}><Input autoComplete="off" /></Form.Item>
            <Form.Item name={[at, 'say']} label={t('companies.say')} rules={[{ required: true, pattern: prompt, message: t('field.prompt') }]} extra={t('companies.sayHint')}><AutoComplete {...offered} /></Form.Item>
            <Form.Item name={[at, 'scores']} label={t('companies.scores')} extra={t('companies.scoresHint')} rules={[
              { validator: async (_, v?: number[]) => (v && v.length > 0 && (v.length < 2 || v.length > 9) ? Promise.reject(new Error(t('companies.scoresForm'))) : undefined) },
            ]}>
              <Select mode="multiple" allowClear placeholder="1 2 3 4 5" options={Array.from({ length: 10 }, (_, i) => ({ value: i + 1, label: i + 1 }))} />
            </Form.Item>
          </>
        )}
      </Rows>
      <Form.Item name={['survey', 'low']} label={t('companies.low')} extra={t('companies.lowHint')}><InputNumber min={0} max={9} precision={0} /></Form.Item>
      <Form.Item name={['survey', 'thanks']} label={t('companies.thanks')} rules={[{ pattern: prompt, message: t('field.prompt') }]}><AutoComplete allowClear placeholder="survey-thanks" {...offered} /></Form.Item>
    </>
  )
}
