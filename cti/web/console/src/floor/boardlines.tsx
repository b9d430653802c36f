import { lengthOf } from '../parts/time'
import { useText } from '../shell/text'
import { RateSign } from './boardtiles'
import { percent, rateOf, standing } from './rates'
import type { RateName } from './types'
import { pageOf, type Line } from './wall'

/** So many lines have room below the numerals, so many in big letters; more of them take turns. */
const room = 7
const few = 4
const turn = 10_000

const order: RateName[] = ['within_three_rings', 'automatic', 'to_person', 'person']

/** Companies and their queues, a line each. */
export function BoardLines({ lines, now }: { lines: Line[]; now: number }) {
  const t = useText('floor')
  const { lines: page, page: n, pages } = pageOf(lines, room, now, turn)
  const shown = order.filter((name) => lines.some((l) => !l.figures || rateOf(l.figures, name)))
  return (
    <div className={lines.length > few ? 'board-lines' : 'board-lines board-few'}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('queue')}</th><th scope="col">{t('waiting')}</th><th scope="col">{t('longest')}</th>
            <th scope="col">{t('shell:state.Ready')}</th><th scope="col">{t('busy')}</th>
            <th scope="col">{t('answered')}</th><th scope="col">{t('abandoned')}</th>
            {shown.map((name) => <th key={name} scope="col">{t(`rate.${name}`)}</th>)}
          </tr>
        </thead>
        <tbody>
          {page.map(({ key, name, queue, now: live, figures }) => (
            <tr key={key} className={live?.emergency ? 'board-bad' : queue ? '' : 'board-company'}>
              <th scope="row">{queue || name}</th>
              <td className="board-live">{live?.emergency ? <span className="board-sign">!</span> : null}{live?.waiting ?? '–'}</td>
              <td className="board-live">{live ? (live.since ? lengthOf(now - Date.parse(live.since)) : '0:00') : '–'}</td>
              <td className="board-live">{live?.ready ?? '–'}</td>
              <td className="board-live">{live?.talking ?? '–'}</td>
              <td className="board-today">{figures?.answered ?? '–'}</td>
              <td className="board-today">{figures?.abandoned ?? '–'}</td>
              {shown.map((name) => {
                const rate = rateOf(figures, name)
                return <td key={name} className={`board-today board-${rate ? standing(rate) : 'open'}`}><RateSign rate={rate} />{percent(rate)}</td>
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {pages > 1 && <div className="board-page tabular">{n}/{pages}</div>}
    </div>
  )
}
