import { App, Alert, Button, Card, Form, Input, Typography } from 'antd'
import { useState } from 'react'
import { api, ask, ProblemError, type Schema } from '../api/client'
import { saidOf } from '../parts/problem'
import type { Me } from './me'
import { useText } from './text'

type Fields = { account: string; password: string; code?: string }

/** Asks who somebody is. `why` tells what ended the login before, `talks` that he is in a call. */
export function Login({ why, talks, onLogin }: { why: ProblemError | null; talks?: boolean; onLogin: (me: Me) => void }) {
  const t = useText()
  const { notification } = App.useApp()
  const [problem, setProblem] = useState<ProblemError | null>(null)
  const [busy, setBusy] = useState(false)
  const [asksCode, setAsksCode] = useState(false)
  const [form] = Form.useForm<Fields>()

  async function login({ account, password, code }: Fields) {
    setBusy(true)
    setProblem(null)
    try {
      const body: Schema<'Credentials'> = asksCode && code ? { account, password, code } : { account, password }
      const me = await ask(api.POST('/api/v1/login', { body }))
      if (me.ended) {
        notification.warning({ title: t('ended', { source: me.ended.source, since: new Date(me.ended.since).toLocaleString() }), duration: 0 })
      }
      onLogin(me)
    } catch (error) {
      const refusal = error as ProblemError
      const wanted = refusal.kind === 'code-needed'
      if (wanted) setAsksCode(true)
      if (refusal.kind === 'bad-code') form.resetFields(['code']) // each serves once
      setProblem(wanted && !asksCode ? null : refusal)
    } finally {
      setBusy(false)
    }
  }

  return (
    <main className="login">
      <Card className="login-card">
        <Typography.Title level={1} className="login-title">{t('name')}</Typography.Title>
        <Typography.Paragraph type="secondary">{t('tagline')}</Typography.Paragraph>
        {why && !problem && !asksCode && <Alert type="warning" showIcon role="alert" title={why.kind === 'login-ended' ? t('taken') : t('again')} description={why.kind === 'login-ended' ? why.detail : undefined} />}
        {talks && <Alert type="info" showIcon role="status" title={t('talks')} />}
        {problem && <Alert type="error" showIcon role="alert" title={saidOf(problem, t).map((line) => <div key={line}>{line}</div>)} />}
        <Form<Fields> form={form} layout="vertical" onFinish={(f) => void login(f)} requiredMark={false} disabled={busy}>
          <Form.Item name="account" label={t('account')} rules={[{ required: true, pattern: /^[0-9]{3,15}$/ }]}>
            <Input autoFocus inputMode="numeric" autoComplete="username" onChange={() => setAsksCode(false)} />
          </Form.Item>
          <Form.Item name="password" label={t('password')} rules={[{ required: true }]}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
          {asksCode && (
            <Form.Item name="code" label={t('code')} extra={t('codeHint')} rules={[{ required: true, pattern: /^[0-9]{6}$/, message: t('codeHint') }]}>
              <Input autoFocus inputMode="numeric" autoComplete="one-time-code" maxLength={6} />
            </Form.Item>
          )}
          <Button type="primary" htmlType="submit" block loading={busy}>{t('login')}</Button>
        </Form>
      </Card>
    </main>
  )
}
