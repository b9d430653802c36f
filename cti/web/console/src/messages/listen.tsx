import { PlayCircleOutlined } from '@ant-design/icons'
import { Alert, Button } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { ReasonButton } from '../parts/reason'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import type { MessageTicket } from './standing'

/** Plays a message. Nothing is fetched before somebody asks: who has heard it, and why, is on record. */
export function Listen({ ticket }: { ticket: MessageTicket }) {
  const t = useText('messages')
  const taken = ticket.message.taken_by === useMe().number // whose it is to hear it
  const [reason, setReason] = useState<string | null>(null)
  const [broken, setBroken] = useState(false)
  const label = t('listenLabel', { at: dayjs(ticket.message.left_at).format('YYYY-MM-DD HH:mm') })
  if (broken) return <Alert type="warning" title={t('notThere')} />
  if (reason !== null) {
    const why = reason === '' ? '' : `?reason=${encodeURIComponent(reason)}`
    return <audio controls autoPlay aria-label={label} src={`/api/v1/messages/${encodeURIComponent(ticket.call)}/sound${why}`} onError={() => setBroken(true)} style={{ height: 32, maxWidth: 260 }} />
  }
  const button = { size: 'small', icon: <PlayCircleOutlined />, 'aria-label': label } as const
  if (taken) return <Button {...button} onClick={() => setReason('')}>{t('listen')}</Button>
  return <ReasonButton {...button} title={t('listen')} label={t('why')} least={4} onReason={async (why) => setReason(why)} />
}
