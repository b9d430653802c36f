import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Card, Form, Input, QRCode, Skeleton, Typography } from 'antd'
import { useState } from 'react'
import { Problem, useDo } from '../parts/problem'
import { useText } from '../shell/text'
import { mine, type CodeSecret } from './api'
import { Copied } from './link'

/** One's own one-time codes: set up, confirmed, turned off. */
export function Codes() {
  const t = useText('people')
  const client = useQueryClient()
  const { message } = App.useApp()
  const { data, error, refetch } = useQuery({ queryKey: ['me'], queryFn: mine.read })
  const [secret, setSecret] = useState<CodeSecret | null>(null)
  const renew = () => client.invalidateQueries({ queryKey: ['me'] })
  const [begin, beginning] = useDo(async ({ password }: { password: string }) => setSecret(await mine.beginCodes(password)))
  const [confirm, confirming] = useDo(async (code: string) => {
    await mine.confirmCodes(code)
    setSecret(null)
    void message.success(t('nowOn'))
    await renew()
  })
  const [end, ending] = useDo(async (code: string) => {
    await mine.endCodes(code)
    void message.success(t('nowOff'))
    await renew()
  })

  function body() {
    if (error) return <Problem error={error} onRetry={() => void refetch()} />
    if (!data) return <Skeleton active paragraph={{ rows: 2 }} />
    if (data.totp) {
      return (
        <>
          <Typography.Paragraph>{t('codesOn')}</Typography.Paragraph>
          <CodeForm key="end" hint={t('stopHint')} submit={t('stop')} busy={ending} onCode={end} />
        </>
      )
    }
    if (secret) {
      return (
        <>
          <Typography.Paragraph>{t('scan')}</Typography.Paragraph>
          <div role="img" aria-label={t('qr')}><QRCode value={secret.uri} type="svg" size={200} bgColor="#fff" color="#000" /></div>
          <Copied label={t('secret')} text={secret.secret} />
          <Copied label={t('uri')} text={secret.uri} />
          <CodeForm key="confirm" hint={t('confirmHint')} submit={t('confirm')} busy={confirming} onCode={confirm} />
        </>
      )
    }
    return (
      <>
        <Typography.Paragraph>{t('codesWhat')}</Typography.Paragraph>
        <Form<{ password: string }> name="codes" layout="vertical" requiredMark={false} disabled={beginning} style={{ maxWidth: 360 }} onFinish={(f) => void begin(f)}>
          <Form.Item name="password" label={t('yourPassword')} rules={[{ required: true }]}><Input.Password autoComplete="current-password" /></Form.Item>
          <Button htmlType="submit" loading={beginning}>{t('begin')}</Button>
        </Form>
      </>
    )
  }
  return <Card size="small" title={<h2 style={{ fontSize: 'inherit', margin: 0 }}>{t('codes')}</h2>}>{body()}</Card>
}

type CodeProps = { hint: string; submit: string; busy: boolean; onCode: (code: string) => Promise<boolean> }

function CodeForm({ hint, submit, busy, onCode }: CodeProps) {
  const t = useText('people')
  return (
    <Form<{ code: string }> name="code" layout="vertical" requiredMark={false} disabled={busy} style={{ maxWidth: 360 }} onFinish={({ code }) => void onCode(code)}>
      <Form.Item name="code" label={hint} rules={[{ required: true, pattern: /^[0-9]{6}$/, message: t('codeRule') }]}>
        <Input inputMode="numeric" autoComplete="one-time-code" maxLength={6} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy}>{submit}</Button>
    </Form>
  )
}
