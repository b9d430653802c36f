import { PhoneOutlined } from '@ant-design/icons'
import { App, Button } from 'antd'
import { api, ask } from '../api/client'
import { useDo } from '../parts/problem'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import type { Ticket } from './orders'

/** Calls the caller of a ticket: who has a phone, and knows no number for it. */
export function DialButton({ ticket, size }: { ticket: Ticket; size?: 'small' }) {
  const t = useText('tickets')
  const me = useMe()
  const { message } = App.useApp()
  const [dial, busy] = useDo(async () => {
    await ask(api.POST('/api/v1/agents/{agent}/orders', { params: { path: { agent: me.number } }, body: { verb: 'dial', for: `ticket:${ticket.id}` } }))
    void message.success(t('story.dialled'))
  })
  if (me.role !== 'agent' || !(ticket.caller || ticket.message?.number)) return null
  return <Button size={size} icon={<PhoneOutlined />} loading={busy} onClick={() => void dial()}>{t('story.dial')}</Button>
}
