import { Button, Input, Popover, Space, Typography } from 'antd'
import { useId, useState } from 'react'
import { useText } from '../shell/text'

/** Whether the server will take it: four characters and more, two letters among them, one line. */
export function isReason(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  return text.length >= 4 && text.length <= 200 && letters >= 2
}

type Props = { words: string; ask: string; busy?: boolean; primary?: boolean; onReason: (reason: string) => void }

/** A button that wants a reason first, for what is on record. */
export function ReasonButton({ words, ask, busy, primary, onReason }: Props) {
  const t = useText('calls')
  const id = useId()
  const [open, setOpen] = useState(false)
  const [text, setText] = useState('')
  function done() {
    if (!isReason(text.trim())) return
    setOpen(false)
    onReason(text.trim())
  }
  const form = (
    <Space orientation="vertical">
      <label htmlFor={id}>{ask}</label>
      <Input id={id} autoFocus value={text} maxLength={200} onChange={(e) => setText(e.target.value)} onPressEnter={done} />
      <Typography.Text type="secondary">{t('reasonShort')}</Typography.Text>
      <Button type="primary" disabled={!isReason(text.trim())} onClick={done}>{t('shell:ok')}</Button>
    </Space>
  )
  return (
    <Popover trigger="click" open={open} onOpenChange={setOpen} content={form} destroyOnHidden>
      <Button type={primary ? 'primary' : 'default'} size="small" loading={busy}>{words}</Button>
    </Popover>
  )
}
