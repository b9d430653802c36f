import { Button, Input, Space } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useDo } from '../parts/problem'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { forget, keepNote, keptOf, noteOf, type Place } from './kept'
import { orderTicket, type Ticket } from './matter'

const noteMost = 4_000

/** What was written to a sheet before it was known to be another agent's. */
function writtenAt(place: Place): string {
  const kept = keptOf(place)
  if (!kept) return ''
  return Object.entries(kept.values).filter(([id, value]) => value !== kept.start?.values[id]).map(([, value]) => String(value)).join('\n').slice(0, noteMost)
}

/** A sheet for which another agent is responsible (requirement D3): notes may be added to it. */
export function Foreign({ ticket, onClose }: { ticket: Ticket; onClose?: () => void }) {
  const t = useText('desk')
  const place = { agent: useMe().number, call: ticket.call }
  const [text, setText] = useState(() => noteOf(place) || writtenAt(place))
  const [noted, setNoted] = useState(0)
  const [note, noting] = useDo(() => orderTicket(ticket.id, 'note', { text }))
  function write(next: string) {
    setText(next)
    keepNote(place, next) // the next call takes this sheet's place
  }
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
        <Input.TextArea id="foreign-note" value={text} maxLength={noteMost} autoSize={{ minRows: 4, maxRows: 12 }} disabled={noting} onChange={(e) => write(e.target.value)} />
      </div>
      <Space>
        <Button type="primary" loading={noting} disabled={text.trim() === ''} onClick={() => void note().then((done) => {
          if (!done) return
          write('')
          forget(place)
          setNoted((n) => n + 1)
        })}>{t('foreign.add')}</Button>
        {noted > 0 && <span role="status">{t('foreign.added', { count: noted })}</span>}
      </Space>
    </section>
  )
}
