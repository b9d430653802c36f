import { useQuery } from '@tanstack/react-query'
import { lengthOf } from '../parts/time'
import { useText } from '../shell/text'
import { api, ask } from '../api/client'
import { absent } from '../api/file'
import type { Day } from './wire'

/** The agent's own figures of today; since says when something of them has changed. */
export function Figures({ since }: { since: string }) {
  const t = useText('desk')
  const { data, error } = useQuery({
    queryKey: ['desk', 'day', since], queryFn: (): Promise<Day> => ask(api.GET('/api/v1/desk/day')),
    refetchInterval: 60_000, placeholderData: (before) => before,
  })
  if (!data) return error && !absent(error) ? <p className="desk-figures" role="status">{t('figures.unread')}</p> : null
  const figures: [string, string | number][] = [
    ['answered', data.answered],
    ['within', data.answered > 0 ? `${Math.round((100 * data.within_three_rings) / data.answered)} %` : '–'],
    ['missed', data.missed],
    ['average', lengthOf(data.average_talk_ms)],
    ['talk', lengthOf(data.talk_ms)],
    ['wrap', lengthOf(data.wrap_ms)],
    ['callbacks', data.callbacks_due],
    ['tickets', data.tickets_open],
  ]
  return (
    <dl className="desk-figures" aria-label={t('figures.title')} data-testid="figures">
      {figures.map(([name, value]) => (
        <div key={name}><dt>{t(`figures.${name}`)}</dt><dd className="tabular">{value}</dd></div>
      ))}
    </dl>
  )
}
