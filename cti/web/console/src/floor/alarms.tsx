import { AlertFilled, WarningFilled } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Tag } from 'antd'
import { memo } from 'react'
import { api, ask, type Schema } from '../api/client'
import { Problem } from '../parts/problem'
import { Moment, Since } from '../parts/time'
import { useText } from '../shell/text'

/** The alarms that stand; whoever watches the floor sees them first. */
export const Alarms = memo(function Alarms() {
  const t = useText('floor')
  const { data, error, refetch } = useQuery({
    queryKey: ['alarms'], queryFn: () => ask(api.GET('/api/v1/alarms')), refetchInterval: 5_000, refetchIntervalInBackground: true,
  })
  return (
    <section aria-labelledby="floor-alarms" className="floor-panel">
      <h2 id="floor-alarms">{t('alarms')} {data && data.alarms.length > 0 && <Tag color="error">{data.alarms.length}</Tag>}</h2>
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {data && (data.alarms.length === 0
        ? <p className="floor-empty">{t('noAlarms')}</p>
        : <ul className="floor-list" aria-live="polite">{data.alarms.map((a) => <AlarmItem key={`${a.source} ${a.name}`} alarm={a} />)}</ul>)}
    </section>
  )
})

function AlarmItem({ alarm }: { alarm: Schema<'Alarm'> }) {
  const t = useText('floor')
  const page = alarm.severity === 'page'
  const section = alarm.advice.split('#')[1] ?? alarm.name
  return (
    <li className={page ? 'floor-alarm floor-alarm-page' : 'floor-alarm'}>
      <div>
        {page ? <AlertFilled aria-hidden /> : <WarningFilled aria-hidden />}{' '}
        <strong>{t(`alarm.${alarm.name}`, { defaultValue: alarm.means })}</strong>{' '}
        <Tag color={page ? 'error' : undefined}>{t(page ? 'alarmPage' : 'alarmWarn')}</Tag>
      </div>
      {alarm.cause ? <div className="floor-cause">{alarm.cause}</div> : null}
      <div className="floor-minor">
        {t('since')} <Moment at={alarm.at} /> (<Since at={alarm.at} />) · {alarm.source} · {t('runbook', { section })}
      </div>
    </li>
  )
}
