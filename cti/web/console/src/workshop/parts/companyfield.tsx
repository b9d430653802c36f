import { Form, Select } from 'antd'
import { useText } from '../../shell/text'
import { useDrafted, useMay } from '../draft/context'

/** The company that something is of; one's own, but for administrators. */
export function CompanyField({ disabled }: { disabled?: boolean }) {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const may = useMay()
  return (
    <Form.Item name="company" label={t('company')} rules={[{ required: true }]}>
      <Select disabled={disabled} options={(plan.companies ?? []).map((c) => ({ value: c.id, label: c.name ? `${c.name} (${c.id})` : c.id, disabled: !may(c.id) }))} />
    </Form.Item>
  )
}

/** The company with which something new begins. */
export function useOwnCompany(): string {
  const { plan } = useDrafted()
  const may = useMay()
  return plan.companies?.find((c) => may(c.id))?.id ?? ''
}
