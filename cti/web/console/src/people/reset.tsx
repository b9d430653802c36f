import { Alert, Button, Card, Result, Typography } from 'antd'
import { useEffect, useState } from 'react'
import { Link, useLocation, useNavigate } from 'react-router'
import { Problem } from '../parts/problem'
import { useText } from '../shell/text'
import { mine } from './api'
import { PasswordForm } from './password'
import { tokenOf } from './rules'
import './text'

/** Sets the password of a one-time link. It is reached without a login. */
export default function Reset() {
  const t = useText('people')
  const { hash } = useLocation()
  const navigate = useNavigate()
  const [token, setToken] = useState(tokenOf(hash))
  const [number, setNumber] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    if (!hash) return
    setToken(tokenOf(hash))
    setNumber('')
    setProblem(null)
    void navigate('/reset', { replace: true }) // the token is not to stay in the address and its history
  }, [hash, navigate])

  async function set(password: string) {
    setBusy(true)
    setProblem(null)
    try {
      setNumber((await mine.linked(token, password)).number)
      return true
    } catch (error) {
      setProblem(error)
      return false
    } finally {
      setBusy(false)
    }
  }

  if (number) {
    return (
      <main className="login">
        <Result status="success" title={t('done', { number })} extra={<Link to="/" replace><Button type="primary">{t('toLogin')}</Button></Link>} />
      </main>
    )
  }
  return (
    <main className="login">
      <Card className="login-card">
        <Typography.Title level={1} className="login-title">{t('setTitle')}</Typography.Title>
        {token ? <Typography.Paragraph type="secondary">{t('setHint')}</Typography.Paragraph> : <Alert type="warning" showIcon title={t('noToken')} />}
        {problem !== null && <Problem error={problem} />}
        {token && <PasswordForm number="" asksOld={false} busy={busy} submit={t('set')} onSubmit={({ password }) => set(password)} />}
      </Card>
    </main>
  )
}
