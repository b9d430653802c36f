import { Button, Space } from 'antd'
import { useState } from 'react'
import { lengthOf } from '../parts/time'
import { useText } from '../shell/text'
import { useClock } from './clock'
import { promisedMinutes, situations, stepAt, type Begun } from './steps'

/**
 * The sentences for what comes up in a talk (A3 to A7), with the pauses between them. The
 * one for a caller who lingers is told to the hotline, which lets the agent hang up then.
 */
export function Situations({ begun, onBegin, onPromise, promising }: {
  begun: Begun | null; onBegin: (b: Begun | null) => void
  onPromise: (minutes: number) => Promise<boolean>; promising: boolean
}) {
  const t = useText('desk')
  return (
    <section className="desk-situations" aria-label={t('situation.title')}>
      <Space size={4} wrap>
        {situations.map((s) => (
          <Button key={s} size="small" type={begun?.situation === s ? 'primary' : 'default'} aria-pressed={begun?.situation === s}
            onClick={() => onBegin(begun?.situation === s ? null : { situation: s, at: Date.now() })}>{t(`situation.${s}.name`)}</Button>
        ))}
      </Space>
      {begun && <Sentences key={begun.situation} begun={begun} onPromise={onPromise} promising={promising} />}
    </section>
  )
}

function Sentences({ begun, onPromise, promising }: { begun: Begun; onPromise: (minutes: number) => Promise<boolean>; promising: boolean }) {
  const t = useText('desk')
  const now = useClock(0, 200)
  const [promised, setPromised] = useState(false)
  const step = stepAt(begun.situation, now - begun.at)
  const minutes = promisedMinutes[begun.situation]
  return (
    <div className="desk-sentences">
      <ol>
        {Array.from({ length: step.count }, (_, i) => (
          <li key={i} aria-current={i === step.now ? 'step' : undefined}>{t(`situation.${begun.situation}.say${i + 1}`)}</li>
        ))}
      </ol>
      {step.left !== null && <p className="desk-dim tabular" role="timer">{t(step.now + 1 < step.count ? 'situation.next' : 'situation.end', { time: lengthOf(step.left + 999) })}</p>}
      {step.mayEnd && <p role="status"><strong>{t('situation.mayEnd')}</strong></p>}
      {minutes !== undefined && (
        <Button type="primary" loading={promising} disabled={promised} onClick={() => void onPromise(minutes).then((done) => done && setPromised(true))}>
          {t('promise.within', { count: minutes })}
        </Button>
      )}
    </div>
  )
}
