import { Alert, Button, Select, Space, Tag } from 'antd'
import { useEffect, useState, type RefObject } from 'react'
import { Link } from 'react-router'
import { labelOf, type useForms } from '../parts/forms'
import { Problem, useDo, wordsOf } from '../parts/problem'
import { Moment } from '../parts/time'
import { language, useText } from '../shell/text'
import { Deeds } from './deeds'
import { fieldId, SheetField } from './field'
import { Foreign } from './foreign'
import { missing, passedOn } from './sheet'
import { useSheet } from './use-sheet'
import type { LiveCall } from './wire'
import type { Writing } from './writer'

/** What the rest of the desk asks of the sheet that is open. */
export type SheetDeeds = {
  /** What is written, for the receiver of a transfer. */
  passedOn: () => { name: string; value: string }[]
  /** Keeps on the ticket what its caller was told. */
  promise: (minutes: number) => Promise<boolean>
  /** Takes over who the caller is. */
  take: (who: { name: string; place: string }) => void
}

/** The record sheet of a call: the system's part, then the form of what it is about (C2, C5). */
export function RecordSheet({ call, live, forms, deeds, onClose }: {
  call: string; live: LiveCall | null; forms: ReturnType<typeof useForms>
  deeds: RefObject<SheetDeeds | null>
  /** Given where no call is under way: the agent is done with this sheet. */
  onClose?: () => void
}) {
  const t = useText('desk')
  const sheet = useSheet(call, live, forms.kinds)
  const { now, form, ticket } = sheet
  const [asked, setAsked] = useState(false) // to be final: what is missing is shown
  const lacking = form ? missing(form, now.values) : []
  const [promise] = useDo(async (minutes: number) => {
    if (ticket?.state !== 'closed') await sheet.act('promise', { minutes, text: t('promise.told', { count: minutes }) })
  })
  const [finish, finishing] = useDo(() => sheet.finish())
  // What is typed while it is made final would be in no version of it.
  const shut = sheet.final || sheet.reading || finishing
  useEffect(() => {
    deeds.current = { passedOn: () => passedOn(form, now.values, language()), promise, take: sheet.take }
    return () => void (deeds.current = null)
  })

  async function makeFinal(): Promise<boolean> {
    setAsked(true)
    const first = lacking[0]
    if (first) {
      document.getElementById(fieldId(first.id))?.focus()
      return false
    }
    return finish()
  }

  if (sheet.others && ticket) return <Foreign ticket={ticket} onClose={onClose} />
  return (
    <section className="desk-sheet" aria-label={t('sheet.title')} data-testid="sheet">
      <header className="desk-sheet-head">
        <h2>{t('sheet.title')}</h2>
        {ticket && <Link to={`/tickets/${encodeURIComponent(ticket.id)}`}>{t(`ticketState.${ticket.state}`, { defaultValue: ticket.state })}</Link>}
        {sheet.final && <Tag color="green">{t('sheet.final')}</Tag>}
        <Saved writing={sheet.writing} />
        {onClose && <Button size="small" onClick={onClose}>{t('shell:close')}</Button>}
      </header>
      {live && <System call={live} />}
      {ticket?.due_at && <p className="desk-dim">{t(ticket.promised ? 'sheet.promised' : 'sheet.due')} <Moment at={ticket.due_at} />{ticket.overdue && <Tag color="red">{t('overdue')}</Tag>}</p>}
      {sheet.problem !== null && <Problem error={sheet.problem} />}
      {forms.error !== null && <Alert type="error" showIcon title={t('sheet.noForms')} action={<Button size="small" onClick={forms.retry}>{t('shell:reload')}</Button>} />}
      <div className="desk-field">
        <label htmlFor="sheet-kind">{t('sheet.kind')}</label>
        <Select id="sheet-kind" value={now.kind} disabled={shut} onChange={sheet.turn}
          options={forms.kinds.map((f) => ({ value: f.kind, label: labelOf(f.label, language()) }))} />
      </div>
      {form && (
        <div className="desk-fields">
          {form.fields.map((f) => (
            <SheetField key={f.id} field={f} kind={form.kind} value={now.values[f.id]} disabled={shut}
              lacks={asked && lacking.includes(f)} onChange={(v) => sheet.set(f.id, v)} />
          ))}
        </div>
      )}
      {asked && lacking.length > 0 && <p className="desk-lacks">{t('sheet.missing', { fields: lacking.map((f) => labelOf(f.label, language())).join(language() === 'zh' ? '、' : ', ') })}</p>}
      <Space wrap className="desk-sheet-foot">
        {!sheet.final && <Button type="primary" loading={finishing} disabled={!form} onClick={() => void makeFinal()} data-testid="final">{t('sheet.makeFinal')}</Button>}
        <Deeds sheet={sheet} departments={forms.departments} finishing={finishing} onFinal={makeFinal} />
      </Space>
    </section>
  )
}

/** What the system has filled in. */
function System({ call }: { call: LiveCall }) {
  const t = useText('desk')
  return (
    <p className="desk-system">
      <span>{t(`direction.${call.direction}`)} <span className="tabular">{call.caller || t('anonymous')}</span></span>
      <span>{t('line')} {call.did}</span>
      <span>{t('sheet.began')} <Moment at={call.started_at} /></span>
      {call.answered_at && <span>{t('sheet.answered')} <Moment at={call.answered_at} /></span>}
      <span className="desk-dim">{call.call}</span>
    </p>
  )
}

/** Whether the server has it, and since when. */
function Saved({ writing }: { writing: Writing }) {
  const t = useText('desk')
  const { state, at, kept, problem } = writing
  if (state === 'nothing') return null
  const trouble = state === 'failed' || state === 'refused'
  return (
    <span className={trouble ? 'desk-unsaved' : 'desk-dim'} role="status" data-testid="saved" data-state={state}>
      {t(`saved.${state}`)}{state === 'written' && at && <> <Moment at={new Date(at).toISOString()} /></>}
      {trouble && <> · {wordsOf(problem, t).detail.replaceAll('\n', ' · ')} · {t(kept ? 'saved.kept' : 'saved.notKept')}</>}
    </span>
  )
}
