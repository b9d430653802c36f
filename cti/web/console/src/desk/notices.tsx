import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useDo } from '../parts/problem'
import { Moment } from '../parts/time'
import { useText } from '../shell/text'
import { api, ask } from '../api/client'
import type { Notice } from './wire'

const key = ['desk', 'notices']

/** Notices that the agent has not confirmed stand above everything else (requirement G6). */
export function Notices() {
  const t = useText('desk')
  const client = useQueryClient()
  // A list that cannot be read keeps nobody from his calls; it is asked for again.
  const { data } = useQuery({ queryKey: key, queryFn: async (): Promise<Notice[]> => (await ask(api.GET('/api/v1/notices'))).notices, refetchInterval: 60_000 })
  const [confirm, confirming] = useDo(async (id: string) => {
    await ask(api.POST('/api/v1/notices/{id}/confirm', { params: { path: { id } } }))
    await client.invalidateQueries({ queryKey: key })
  })
  const open = (data ?? []).filter((n) => !n.confirmed_at)
  const first = open[0]
  if (!first) return null
  return (
    <Alert
      type="warning" className="desk-notice" showIcon data-testid="notice"
      title={<>{t('notice.title', { count: open.length })} <strong>{first.title}</strong></>}
      description={<><p className="lines desk-notice-text">{first.text}</p><span className="desk-dim">{first.from} · <Moment at={first.at} /></span></>}
      action={<Button type="primary" loading={confirming} onClick={() => void confirm(first.id)}>{t('notice.confirm')}</Button>}
    />
  )
}
