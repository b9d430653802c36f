import { Alert, Empty, Spin } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useForms } from '../parts/forms'
import { Problem } from '../parts/problem'
import { usePhone } from '../phone/provider'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { Alerts } from './alerts'
import { CallBack } from './back'
import { Caller } from './caller'
import { useClock } from './clock'
import type { Pane } from './controls'
import { sheetCall, viewOf, type Desk } from './desk'
import './desk.css'
import { Dial } from './dial'
import { useHotkeys } from './hotkeys'
import { Idle } from './idle'
import { useOfCall, useOpened } from './kept-state'
import type { Deed } from './keys'
import { useLeftover } from './leftover'
import { Lost } from './lost'
import { Notices } from './notices'
import { useOrder } from './order'
import { minutesTo, promiseOrder, type Said } from './promise'
import { useDesk } from './provider'
import { RecordSheet, type SheetDeeds } from './record'
import { Ringing } from './ringing'
import { ScriptView } from './script'
import { useSituation } from './situation'
import { stepAt } from './steps'
import { Strip } from './strip'
import { Talk } from './talk'
import { Transfer } from './transfer'
import type { LiveCall } from './wire'

/** What an agent looks at all day. */
export default function DeskPage() {
  const t = useText('desk')
  const follow = useDesk()
  if (!follow) return <Empty description={t('notAgent')} />
  const { desk, problem, retry } = follow
  if (!desk.read && problem) return <Problem error={problem} onRetry={retry} />
  if (!desk.read) return <Spin description={t('shell:loading')} size="large" className="desk-loading" />
  return <DeskBody desk={desk} />
}

/** For how long after the answer the opening sentence stands out, in ms. */
const opens = 45_000

function DeskBody({ desk }: { desk: Desk }) {
  const t = useText('desk')
  const me = useMe()
  const phone = usePhone()
  const view = viewOf(desk, me.number)
  const { agent, call, part } = view
  const forms = useForms()
  const about = call?.call ?? ''
  const [order, busy] = useOrder(about)
  const [pane, setPane] = useState<Pane>(null)
  const [begun, setBegun] = useSituation(about, part === 'talking' ? call : null, desk.skew)
  const deeds = useRef<SheetDeeds | null>(null)
  const current = sheetCall(view)
  const [opened, setOpened] = useOpened(me.number, current)
  const left = useLeftover(me.number, opened, forms.kinds)
  const now = useClock(desk.skew, 5_000)

  const talks = part === 'talking' || part === 'received' || part === 'dialling'
  const shown = call !== null && (talks || part === 'ringing')
  const mine = part === 'talking' && !call?.consult
  const browser = phone?.state.kind === 'browser'
  // After the call the sheet and the caller's card stay.
  const last = useRef<LiveCall | null>(null)
  if (shown) last.current = call
  const ofSheet = [call, last.current].find((c) => c !== null && c.call === opened) ?? null
  const carded = shown ? call : ofSheet
  const [whole, setWhole] = useOfCall<boolean>(carded?.call ?? '')
  const fresh = part !== 'talking' || !call?.answered_at || now - Date.parse(call.answered_at) < opens

  // What was opened for one call is not there for the next.
  useEffect(() => setPane((p) => (p === 'pause' || p === 'help' ? p : null)), [about])

  function hangUp() {
    if (part === 'received') phone?.hangUp()
    else void order('hang_up')
  }
  // A call is promised in a talk, and afterwards as long as its sheet is open.
  const owing = part === 'talking' ? call?.call ?? null : part === 'free' ? opened : null
  const owed = [call, last.current].find((c) => c !== null && c.call === owing)?.caller ?? ''
  const [promised, setPromised] = useOfCall<string>(owing ?? '')
  async function promise(said: Said): Promise<boolean> {
    if (!owing) return false
    const clock = Date.now() + desk.skew
    const what = promiseOrder(owing, owed, said, clock)
    if (!await order('promise', what)) return false
    setPromised(what.due)
    if (opened === owing) await deeds.current?.promise(minutesTo(what.due, clock))
    return true
  }
  const deed: Record<Deed, () => boolean> = {
    answer: () => browser && (part === 'ringing' || phone.state.call?.state === 'ringing') && did(() => phone.answer()),
    hold: () => mine && did(() => void order(call?.state === 'held' ? 'unhold' : 'hold')),
    mute: () => talks && browser && did(() => phone.mute(!phone.state.call?.muted)),
    keypad: () => talks && browser && did(() => setPane(pane === 'keypad' ? null : 'keypad')),
    transfer: () => mine && did(() => setPane('transfer')),
    hangUp: () => talks && did(() => {
      const mayEnd = part !== 'talking' || (begun !== null && stepAt(begun.situation, Date.now() - begun.at).mayEnd)
      if (mayEnd) hangUp()
      else setPane('hangUp')
    }),
    ready: () => ['LoggedOff', 'Paused', 'WrapUp'].includes(agent?.state ?? '') && agent?.reachable !== false && did(() => void order('ready')),
    pause: () => agent !== null && agent.state !== 'LoggedOff' && did(() => setPane('pause')),
    sheet: () => did(toSheet),
    promise: () => owing !== null && did(() => void promise({ minutes: 30 })),
    reveal: () => carded !== null && did(() => setWhole(true)),
    help: () => did(() => setPane(pane === 'help' ? null : 'help')),
  }
  useHotkeys((d) => deed[d]())

  return (
    <div className="desk">
      <h1 className="desk-hidden">{t('title')}</h1>
      <Notices />
      <Lost agent={agent} phone={phone} number={me.number} engaged={shown} />
      {!desk.linked && <Alert type="error" showIcon role="alert" title={t('unlinked')} />}
      <Strip agent={agent} skew={desk.skew} phone={phone} order={order} busy={busy} engaged={shown} pane={pane} onPane={setPane} />
      <div className="desk-columns">
        <div className="desk-column" data-testid="call-column">
          {call && part === 'ringing' && <Ringing call={call} me={me.number} skew={desk.skew} phone={phone} forms={forms.kinds} onAnswer={() => phone?.answer()} />}
          {call && talks && (
            <Talk call={call} part={part} skew={desk.skew} phone={phone} forms={forms.kinds} order={order} busy={busy} pane={pane} onPane={setPane}
              begun={begun} onBegin={setBegun} onHangUp={hangUp} onPromise={(minutes) => promise({ minutes })} promising={busy} />
          )}
          {owing && <CallBack key={owing} caller={owed} promised={promised} busy={busy} onPromise={promise} />}
          {shown && <ScriptView call={call.call} prominent={fresh} />}
          {!shown && <>
            <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(agent?.state === 'Ready' ? 'idle.waiting' : agent?.state === 'WrapUp' ? 'idle.wrapping' : 'idle.notReady')} />
            <Alerts />
            <Dial order={order} busy={busy} disabled={agent === null || agent.state === 'LoggedOff'} />
          </>}
        </div>
        <div className="desk-column">
          {opened
            ? <RecordSheet key={opened} call={opened} live={ofSheet} forms={forms} deeds={deeds} onClose={current ? undefined : () => setOpened(null)} />
            : <Idle me={me.number} left={left} onOpen={setOpened} />}
        </div>
        <div className="desk-column" aria-live="off">
          <h2>{t('card.title')}</h2>
          {carded ? <Caller key={carded.call} call={carded} whole={whole === true} onWhole={() => setWhole(true)}
            onTake={opened === carded.call ? (who) => deeds.current?.take(who) : undefined} /> : <p className="desk-dim">{t('card.nobody')}</p>}
        </div>
      </div>
      {pane === 'transfer' && mine && (
        <Transfer me={me.number} order={order} busy={busy} sheet={() => deeds.current?.passedOn() ?? []} onClose={() => setPane(null)} />
      )}
    </div>
  )
}

/** Takes the focus to the first thing to write. */
function toSheet() {
  const first = document.querySelector<HTMLElement>('.desk-fields input, .desk-fields textarea')
  ;(first ?? document.querySelector<HTMLElement>('#foreign-note, #sheet-kind'))?.focus()
}

function did(act: () => void): true {
  act()
  return true
}
