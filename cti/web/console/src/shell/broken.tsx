import { Button, Result } from 'antd'
import { Component, type ReactNode } from 'react'
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
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children
  }
}

function Broken({ error }: { error: Error }) {
  const t = useText()
  return <Result status="error" title={t('broken')} subTitle={error.message} extra={<Button onClick={() => location.reload()}>{t('reload')}</Button>} />
}
