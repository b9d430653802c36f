import { Button, Result } from 'antd'
import { Component, useEffect, type ReactNode } from 'react'
import { usePhone } from '../phone/provider'
import { anew, Outdated } from './lazily'
import { useText } from './text'

/** Keeps a page that fails from taking the others with it: the phone rings on. */
export class Boundary extends Component<{ children: ReactNode; at: string }, { error: Error | null }> {
  state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  componentDidUpdate(before: { at: string }) {
    if (before.at !== this.props.at && this.state.error) this.setState({ error: null })
  }

  render() {
    const { error } = this.state
    if (error instanceof Outdated) return <LoadAnew />
    return error ? <Broken error={error} /> : this.props.children
  }
}

/** Loads the console anew; who is in a call says when, for he hears nothing meanwhile. */
function LoadAnew() {
  const t = useText()
  const talks = Boolean(usePhone()?.state.call)
  useEffect(() => {
    if (!talks) anew()
  }, [talks])
  return <Result status="info" title={t('outdated')} subTitle={talks ? t('outdatedTalks') : undefined} extra={<Button type="primary" onClick={anew}>{t('anew')}</Button>} />
}

function Broken({ error }: { error: Error }) {
  const t = useText()
  return <Result status="error" title={t('broken')} subTitle={error.message} extra={<Button onClick={anew}>{t('anew')}</Button>} />
}
