import { Button, Form, Input } from 'antd'
import { useText } from '../shell/text'
import { longEnough } from './rules'

export type Passwords = { old?: string; password: string; repeat: string }

type Props = {
  /** The account's number, where it is known. */
  number: string
  /** The old password is asked for. */
  asksOld: boolean
  busy: boolean
  submit: string
  onSubmit: (p: Passwords) => Promise<unknown>
}

/** Asks for a new password twice. */
export function PasswordForm({ number, asksOld, busy, submit, onSubmit }: Props) {
  const t = useText('people')
  const [form] = Form.useForm<Passwords>()
  return (
    <Form<Passwords> name={asksOld ? 'change' : 'set'} form={form} layout="vertical" requiredMark={false} disabled={busy} style={{ maxWidth: 360 }}
      onFinish={(p) => void onSubmit(p).then((ok) => { if (ok) form.resetFields() })}>
      {number && <input type="text" name="username" autoComplete="username" value={number} readOnly hidden />}
      {asksOld && (
        <Form.Item name="old" label={t('old')} rules={[{ required: true }]}><Input.Password autoComplete="current-password" /></Form.Item>
      )}
      <Form.Item name="password" label={t('fresh')} extra={t('passwordRule')} rules={[{
        validator: (_, v: string | undefined) => longEnough(number, v ?? '') ? Promise.resolve() : Promise.reject(new Error(t('passwordRule'))),
      }]}>
        <Input.Password autoComplete="new-password" maxLength={128} />
      </Form.Item>
      <Form.Item name="repeat" label={t('repeat')} dependencies={['password']} rules={[({ getFieldValue }) => ({
        validator: (_, v: string | undefined) => v === getFieldValue('password') ? Promise.resolve() : Promise.reject(new Error(t('repeatRule'))),
      })]}>
        <Input.Password autoComplete="new-password" maxLength={128} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy}>{submit}</Button>
    </Form>
  )
}
