import { Alert, App, Button } from 'antd'
import { useState } from 'react'
import { ProblemError } from '../api/client'
import '../shell/problem'
import { useText } from '../shell/text'

type Text = ReturnType<typeof useText>

/**
 * What a problem says, line by line: by its code in the user's language, with what the server
 * says more of its kind; in the server's own words where there are none.
 */
export function saidOf(error: ProblemError, t: Text): string[] {
  if (error.status === 0) return [t('shell:unreachable')]
  const said = error.detail || error.title
  const about = Object.fromEntries(error.args.map((a, i) => [i, /^[A-Z][a-zA-Z]*$/.test(a) ? t(`shell:state.${a}`, { defaultValue: a }) : a]))
  const words = error.code ? t(`problem:${error.code}`, { ...about, defaultValue: '' }) : ''
  if (!words) return [said]
  return error.code === error.kind ? [...new Set([words, said])].filter(Boolean) : [words]
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

/** What a dialog shows that stays, as what it was to do was not done; nothing where nothing went wrong. */
export function Refusal({ problem }: { problem: unknown }) {
  const t = useText()
  return problem === null ? null : <Alert type="error" showIcon role="alert" title={wordsOf(problem, t).detail} />
}

/**
 * Does something for a dialog, which shows what went wrong and stays:
 * const { attempt, busy, problem } = useAttempt()
 */
export function useAttempt() {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  async function attempt(act: () => Promise<unknown>): Promise<void> {
    setBusy(true)
    setProblem(null)
    try {
      await act()
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return { attempt, busy, problem, clear: () => setProblem(null) }
}
