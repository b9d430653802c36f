import { Alert, App, Button } from 'antd'
import { useState } from 'react'
import { ProblemError } from '../api/client'
import { useText } from '../shell/text'

type Text = ReturnType<typeof useText>

/** What a problem says, line by line: first in the user's language where its kind is known, then the server's own words. */
export function saidOf(error: ProblemError, t: Text): string[] {
  if (error.status === 0) return [t('shell:unreachable')]
  const words = error.kind ? t(`shell:kinds.${error.kind}`, { defaultValue: '' }) : ''
  return [...new Set([words, error.detail || (words ? '' : error.title)])].filter(Boolean)
}

/** The words of what went wrong, for a person. */
export function wordsOf(error: unknown, t: Text): { title: string; detail: string } {
  if (!(error instanceof ProblemError)) return { title: t('shell:problem'), detail: String(error) }
  const details = error.errors.map((e) => [e.location, e.message].filter(Boolean).join(': '))
  const text = [...saidOf(error, t), ...details]
  if (error.id) text.push(t('shell:problemId', { id: error.id }))
  return { title: t('shell:problem'), detail: text.join('\n') }
}

/** What a page shows that could not be read. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useText()
  const { title, detail } = wordsOf(error, t)
  return <Alert type="error" showIcon role="alert" title={title} description={<span className="lines">{detail}</span>}
    action={onRetry && <Button size="small" onClick={onRetry}>{t('shell:reload')}</Button>} />
}

/**
 * Does something once at a time and tells what went wrong:
 * const [hold, holding] = useDo(() => ask(api.POST(…)))
 */
export function useDo<A extends unknown[]>(act: (...args: A) => Promise<unknown>): [(...args: A) => Promise<boolean>, boolean] {
  const t = useText()
  const { notification } = App.useApp()
  const [busy, setBusy] = useState(false)
  async function run(...args: A): Promise<boolean> {
    setBusy(true)
    try {
      await act(...args)
      return true
    } catch (error) {
      const { title, detail } = wordsOf(error, t)
      notification.error({ title, description: <span className="lines">{detail}</span>, duration: 8 })
      return false
    } finally {
      setBusy(false)
    }
  }
  return [run, busy]
}
