import { Empty, Timeline, Typography } from 'antd'
import { Moment } from '../parts/time'
import { useText } from '../shell/text'
import { CallLink } from '../tickets/call'
import type { Attempt } from './attempt'

/** How often the caller was called, and what came of each call. */
export function Attempts({ attempts }: { attempts: Attempt[] }) {
  const t = useText('followups')
  return (
    <section>
      <Typography.Title level={2} style={{ fontSize: 16 }}>{t('one.attempts')}</Typography.Title>
      {attempts.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('one.noAttempts')} />}
      <Timeline items={attempts.map((a) => ({
        key: a.call, color: a.result === 'talked' ? 'green' : a.result === 'missed' ? 'red' : a.result ? 'gray' : 'blue',
        content: (
          <>
            <div><Moment at={a.at} /> · {a.agent} · <span className="tabular">{a.number}</span> · <CallLink call={a.call} /></div>
            <div>
              {[
                a.line && t('attempt.line', { line: t(`lines.${a.line}`, { defaultValue: a.line }) }),
                a.rang_ms ? t('attempt.rang', { seconds: Math.floor(a.rang_ms / 1000) }) : '',
              ].filter(Boolean).join(' · ')}
            </div>
            {a.result && (
              <div>
                <strong>{t(`results.${a.result}`, { defaultValue: a.result })}</strong>
                {a.reason && ` · ${t(`reasons.${a.reason}`, { defaultValue: a.reason })}`} · {a.by ? t('attempt.by', { by: a.by }) : t('attempt.system')}
              </div>
            )}
          </>
        ),
      }))} />
    </section>
  )
}
