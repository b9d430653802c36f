import { PlayCircleOutlined } from '@ant-design/icons'
import { Alert, Button } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useText } from '../shell/text'
import type { MessageTicket } from './standing'

/** Plays a message. Nothing is fetched before somebody asks: who has heard it is on record. */
export function Listen({ ticket }: { ticket: MessageTicket }) {
  const t = useText('messages')
  const [heard, setHeard] = useState(false)
  const [broken, setBroken] = useState(false)
  const label = t('listenLabel', { at: dayjs(ticket.message.left_at).format('YYYY-MM-DD HH:mm') })
  if (broken) return <Alert type="warning" title={t('notThere')} />
  if (heard) {
    return <audio controls autoPlay aria-label={label} src={`/api/v1/messages/${encodeURIComponent(ticket.call)}/sound`} onError={() => setBroken(true)} style={{ height: 32, maxWidth: 260 }} />
  }
  return <Button size="small" icon={<PlayCircleOutlined />} aria-label={label} title={t('logged')} onClick={() => setHeard(true)}>{t('listen')}</Button>
}
