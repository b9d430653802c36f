import { CaretDownFilled, CheckOutlined } from '@ant-design/icons'
import type { ReactNode } from 'react'
import { lengthOf } from '../parts/time'
import { useText } from '../shell/text'
import { percent, rateNames, rateOf, standing } from './rates'
import type { Rate } from './types'
import type { Line } from './wall'

/** The big numerals of a company, or of all. */
export function BoardTiles({ line, now }: { line: Line; now: number }) {
  const t = useText('floor')
  const { now: live, figures: today } = line
  return (
    <>
      <section className="board-tiles board-live" aria-label={t('boardNow')}>
        <Tile big name={t('waiting')} bad={!!live?.emergency} note={live?.emergency ? t('boardEmergencies', { n: live.emergency }) : ''}>{live?.waiting ?? '–'}</Tile>
        <Tile big name={t('longest')}>{live ? wait(live.since, now) : '–'}</Tile>
        <Tile name={t('shell:state.Ready')} bad={live?.ready === 0}>{live?.ready ?? '–'}</Tile>
        <Tile name={t('busy')}>{live?.talking ?? '–'}</Tile>
        <Tile name={t('away')}>{live?.paused ?? '–'}</Tile>
      </section>
      <section className="board-tiles board-today" aria-label={t('boardToday')}>
        <Tile name={t('answered')}>{today?.answered ?? '–'}</Tile>
        <Tile name={t('abandoned')}>{today?.abandoned ?? '–'}</Tile>
        <Tile name={t('unanswered')} bad={!!today?.unanswered}>{today?.unanswered ?? '–'}</Tile>
        {rateNames.map((name) => <RateTile key={name} name={t(`rate.${name}`)} rate={rateOf(today, name)} />)}
      </section>
    </>
  )
}

function wait(since: string | undefined, now: number): string {
  return since ? lengthOf(now - Date.parse(since)) : '0:00'
}

function Tile({ name, note, big, bad, children }: { name: string; note?: ReactNode; big?: boolean; bad?: boolean; children: ReactNode }) {
  return (
    <div className={`board-tile${big ? ' board-big' : ''}${bad ? ' board-bad' : ''}`}>
      <div className="board-name">{name}</div>
      <div className={typeof children === 'string' && children.length > 5 ? 'board-value board-long' : 'board-value'}>{bad && <span className="board-sign">!</span>}{children}</div>
      <div className="board-note">{note}</div>
    </div>
  )
}

/** A rate with its target: below it there is a sign beside the colour. */
function RateTile({ name, rate }: { name: string; rate: Rate | undefined }) {
  const t = useText('floor')
  const at = rate ? standing(rate) : 'open'
  const note = rate && [rate.target !== null && t('target', { target: `${Math.round(rate.target * 100)}%` }), `${rate.numerator}/${rate.denominator}`].filter(Boolean).join(' · ')
  return (
    <div className={`board-tile board-${at}`}>
      <div className="board-name">{name}</div>
      <div className="board-value"><RateSign rate={rate} />{percent(rate)}</div>
      <div className="board-note tabular">{note}</div>
    </div>
  )
}

export function RateSign({ rate }: { rate: Rate | undefined }) {
  const t = useText('floor')
  const at = rate ? standing(rate) : 'open'
  if (at === 'missed') return <CaretDownFilled className="board-sign" aria-label={t('missed')} />
  if (at === 'met') return <CheckOutlined className="board-sign" aria-label={t('met')} />
  return null
}
