import { Timeline, Typography } from 'antd'
import type { Schema } from '../api/client'
import { Moment } from '../parts/time'
import { useText } from '../shell/text'
import { CallLink } from './call'
import { TicketLink } from './number'
import { Department } from './words'

type Said = Record<string, unknown>

/** What was done to a ticket, the newest last. */
export function Acts({ acts, company }: { acts: Schema<'Act'>[]; company: string }) {
  const t = useText('tickets')
  return (
    <Timeline items={acts.map((act) => {
      const said = (typeof act.said === 'object' && act.said !== null ? act.said : {}) as Said
      const over = act.verb === 'lapsed' && said.over === true
      return {
        key: act.n, color: colourOf(act.verb, over),
        content: (
          <>
            <div>
              <strong>{t(`verb.${over ? 'lapsedOver' : act.verb}`, { defaultValue: act.verb })}</strong>{' '}
              <Typography.Text type="secondary">{act.by === 'system' ? t('verb.system') : act.by} · <Moment at={act.at} /></Typography.Text>
            </div>
            <Words verb={act.verb} said={said} company={company} />
          </>
        ),
      }
    })} />
  )
}

function colourOf(verb: string, over: boolean): string {
  if (over || verb === 'escalated') return 'red'
  return ['closed', 'finished', 'rated'].includes(verb) ? 'green' : verb === 'lapsed' ? 'orange' : 'blue'
}

/** What an act says, beside its name. What a sheet says is shown with the sheet. */
function Words({ verb, said, company }: { verb: string; said: Said; company: string }) {
  const t = useText('tickets')
  const text = (name: string) => (typeof said[name] === 'string' ? (said[name] as string) : '')
  const parts: string[] = []
  const matter = (said.matter ?? {}) as Said
  if ((verb === 'opened' || verb === 'described') && text('kind')) parts.push(t(`kinds.${text('kind')}`, { defaultValue: text('kind') }))
  if (typeof matter.summary === 'string') parts.push(matter.summary)
  for (const name of ['owner', 'clerk', 'how', 'text', 'reason', 'result', 'name'] as const) if (text(name) && !(verb === 'opened' && name === 'owner')) parts.push(text(name))
  if (verb === 'escalated' && typeof said.level === 'number') parts.unshift(t(`levels.${said.level}`))
  if (said.skipped === true) parts.push(t('skipped'))
  if (verb === 'rated' && typeof said.score === 'number') parts.unshift(`${said.score} / 5`)
  if (said.told === true) parts.push(t('toldCaller'))
  if (verb === 'filled' && said.final === true) parts.push(t('finalSheet'))
  const [due, work] = [text('due'), text('work_at')]
  const ticket = text('into') || text('from')
  return (
    <div className="lines">
      {text('department') && <><Department id={text('department')} company={company} />{parts.length > 0 && ' · '}</>}
      {parts.join(' · ')}
      {work && <div>{t('field.work_at')}: <Moment at={work} /></div>}
      {due && <div>{t('field.due_at')}: <Moment at={due} /></div>}
      {ticket && <div><TicketLink id={ticket} /></div>}
      {verb === 'joined' && text('call') && <div><CallLink call={text('call')} /></div>}
    </div>
  )
}
