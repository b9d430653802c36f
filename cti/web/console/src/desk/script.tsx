import { useQuery } from '@tanstack/react-query'
import { useText } from '../shell/text'
import { api, ask } from '../api/client'
import { absent } from '../api/file'
import type { Script } from './wire'

/** The opening sentence and what comes after it, for the situation the caller is in (A2). */
export function ScriptView({ call, prominent }: { call: string; prominent: boolean }) {
  const t = useText('desk')
  const { data, error } = useQuery({
    queryKey: ['desk', 'script', call], staleTime: Infinity,
    queryFn: (): Promise<Script> => ask(api.GET('/api/v1/scripts', { params: { query: { call } } })),
  })
  if (!data) return error && !absent(error) ? <p className="desk-dim" role="status">{t('script.unread')}</p> : null
  const steps = data.steps ?? []
  return (
    <section className="desk-script" data-prominent={prominent} aria-label={t('script.title')} data-testid="script">
      <p className="desk-dim">{data.situation}</p>
      <p className="desk-opening lines">{data.opening}</p>
      {steps.length > 0 && (
        <details open={prominent}>
          <summary>{t('script.steps', { count: steps.length })}</summary>
          <ol>{steps.map((s, i) => <li key={i}><strong>{s.title}</strong> <span className="lines">{s.text}</span></li>)}</ol>
        </details>
      )}
    </section>
  )
}
