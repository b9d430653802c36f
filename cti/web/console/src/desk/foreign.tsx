import { Button, Input, Space } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useDo } from '../parts/problem'
import { useText } from '../shell/text'
import { orderTicket, type Ticket } from './matter'

/** A sheet for which another agent is responsible (requirement D3): notes may be added to it. */
export function Foreign({ ticket, onClose }: { ticket: Ticket; onClose?: () => void }) {
  const t = useText('desk')
  const [text, setText] = useState('')
  const [noted, setNoted] = useState(0)
  const [note, noting] = useDo(() => orderTicket(ticket.id, 'note', { text }))
  return (
    <section className="desk-sheet" aria-label={t('sheet.title')} data-testid="foreign-sheet">
      <header className="desk-sheet-head">
        <h2>{t('sheet.title')}</h2>
        <Link to={`/tickets/${encodeURIComponent(ticket.id)}`}>{t('foreign.open')}</Link>
        {onClose && <Button size="small" onClick={onClose}>{t('shell:close')}</Button>}
      </header>
      <p>{t('foreign.owner', { owner: ticket.owner })}</p>
      {ticket.summary && <p className="lines"><strong>{ticket.summary}</strong></p>}
      <div className="desk-field" data-wide>
        <label htmlFor="foreign-note">{t('foreign.note')}</label>
        <Input.TextArea id="foreign-note" value={text} maxLength={4000} autoSize={{ minRows: 4, maxRows: 12 }} onChange={(e) => setText(e.target.value)} />
      </div>
      <Space>
        <Button type="primary" loading={noting} disabled={text.trim() === ''} onClick={() => void note().then((done) => {
          if (!done) return
          setText('')
          setNoted((n) => n + 1)
        })}>{t('foreign.add')}</Button>
        {noted > 0 && <span role="status">{t('foreign.added', { count: noted })}</span>}
      </Space>
    </section>
  )
}
