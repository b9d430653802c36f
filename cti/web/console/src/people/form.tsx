import { AutoComplete, Form, Input, Modal, Select } from 'antd'
import { useDo } from '../parts/problem'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { people, type Account, type AccountLink, type AccountQueue, type Fields } from './api'
import { changeOf, choosable, fieldsOf, givable, limitable } from './rules'

type Props = {
  /** The account that is changed; without one another is made. */
  account?: Account
  companies: string[]
  queues: AccountQueue[]
  onClose: () => void
  /** With the link of an account that was made. */
  onDone: (made?: AccountLink) => void
}

/** Makes an account, or changes one. */
export function AccountForm({ account, companies, queues, onClose, onDone }: Props) {
  const t = useText('people')
  const me = useMe()
  const [form] = Form.useForm<Fields>()
  const role = Form.useWatch('role', form)
  const company = Form.useWatch('company', form)
  const [save, saving] = useDo(async (f: Fields) => {
    if (!account) {
      onDone((await people.add(fieldsOf(f))).link)
      return
    }
    const change = changeOf(account, f)
    if (Object.keys(change).length) await people.change(account.number, change)
    onDone()
  })
  const everywhere = me.role === 'administrator'

  return (
    <Modal
      open title={account ? `${t('edit')} ${account.number}` : t('add')} okText={t('shell:save')} cancelText={t('shell:cancel')}
      confirmLoading={saving} onCancel={onClose} onOk={() => form.submit()} destroyOnHidden
    >
      <Form<Fields>
        name="account" form={form} layout="vertical" disabled={saving}
        initialValues={account ?? { role: 'agent', company: me.company }}
        onFinish={(f) => void save(f).then((ok) => { if (ok) onClose() })}
      >
        <Form.Item name="number" label={t('number')} extra={!account && t('numberHint')} rules={[{ required: true, pattern: /^[0-9]{3,15}$/, message: t('numberRule') }]}>
          <Input inputMode="numeric" autoComplete="off" autoFocus={!account} disabled={Boolean(account)} />
        </Form.Item>
        <Form.Item name="name" label={t('name')} rules={[{ max: 64, message: t('nameRule') }]}>
          <Input autoComplete="off" autoFocus={Boolean(account)} />
        </Form.Item>
        <Form.Item name="role" label={t('roleOf')} rules={[{ required: true }]}>
          <Select options={givable(me.role).map((r) => ({ value: r, label: t(`shell:role.${r}`) }))} />
        </Form.Item>
        {role === 'clerk' && (
          <Form.Item name="department" label={t('department')} rules={[{ required: true, whitespace: true, max: 64, message: t('departmentRule') }]}>
            <Input autoComplete="off" />
          </Form.Item>
        )}
        <Form.Item name="company" label={t('company')} rules={[{ required: true, pattern: /^[a-z0-9][a-z0-9_-]{0,31}$/, message: t('companyRule') }]}>
          <AutoComplete disabled={!everywhere} options={companies.map((value) => ({ value }))} />
        </Form.Item>
        {limitable(role) && (
          <Form.Item name="queues" label={t('queues')} extra={t('queuesHint')}>
            <Select mode="multiple" allowClear placeholder={t('allQueues')} options={choosable(queues, company, account?.queues).map((q) => ({
              value: q, label: account?.unknown_queues?.includes(q) ? t('queueGone', { queue: q }) : q,
            }))} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  )
}
