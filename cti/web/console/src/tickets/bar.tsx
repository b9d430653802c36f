import { Button, Space } from 'antd'
import { useState } from 'react'
import { ReasonDialog } from '../parts/reason'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { allowed, next, type Order, type SheetState, type Ticket } from './orders'

/** What may be ordered as the ticket stands. */
export function OrderBar({ ticket, sheet, locked, mayReveal, onOrder, onReveal }: {
  ticket: Ticket; sheet: SheetState
  /** Whether the ticket must be shown whole before. */
  locked: (order: Order) => boolean
  mayReveal: boolean
  onOrder: (order: Order) => void
  onReveal: (reason: string) => void
}) {
  const t = useText('tickets')
  const me = useMe()
  const [asked, setAsked] = useState<Order | null>(null)
  const list = allowed(ticket, sheet, me)
  if (list.length === 0) return null
  const usual = next(ticket, list)
  return (
    <>
      <Space wrap role="toolbar" aria-label={t('orders')}>
        {list.map((order) => {
          const shut = locked(order)
          return (
            <Button key={order} type={order === usual ? 'primary' : 'default'} disabled={shut && !mayReveal} title={shut && !mayReveal ? t('whole.not') : undefined}
              onClick={() => (shut ? setAsked(order) : onOrder(order))}>{t(`order.${order}`)}</Button>
          )
        })}
      </Space>
      <ReasonDialog open={asked !== null} title={t('shell:reveal')} label={t('shell:revealReason')} hint={<p>{t('whole.why')}</p>} least={4} onClose={() => setAsked(null)}
        onReason={async (reason) => {
          onReveal(reason)
          if (asked) onOrder(asked)
        }} />
    </>
  )
}
