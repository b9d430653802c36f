import { Button } from 'antd'
import { useState } from 'react'
import type { Phone } from '../phone/phone'
import { useText } from '../shell/text'

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']

/** Sends keys' tones into the call; digits may be typed, too. */
export function Keypad({ phone, onClose }: { phone: Phone; onClose: () => void }) {
  const t = useText('desk')
  const [sent, setSent] = useState('')
  const send = (digit: string) => {
    phone.keys(digit)
    setSent((s) => (s + digit).slice(-24))
  }
  return (
    <div className="desk-keypad" role="group" aria-label={t('keypad')} data-testid="keypad"
      onKeyDown={(e) => {
        if (e.key === 'Escape') onClose()
        else if (digits.includes(e.key)) send(e.key)
      }}
    >
      <output className="desk-keypad-sent tabular" aria-label={t('keypadSent')}>{sent || ' '}</output>
      <div className="desk-keypad-keys">
        {digits.map((d, i) => <Button key={d} size="large" autoFocus={i === 0} onClick={() => send(d)}>{d}</Button>)}
      </div>
    </div>
  )
}
