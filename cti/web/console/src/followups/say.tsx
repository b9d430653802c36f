import { Alert, Button, Card, Form, Input, Radio, Segmented, Typography } from 'antd'
import { useState } from 'react'
import { Problem, useAttempt } from '../parts/problem'
import { useText } from '../shell/text'
import { useFollowUpOrder, type FollowUpOrder } from './act'
import { Ask } from './ask'
import { choices, reasonsOf, suggestion, type Attempt, type FollowUp, type Reason } from './attempt'
import type { Questions } from './question'

type Choice = 'talked' | 'missed' | 'dropped'

/** The agent says what came of a call: what the line has said is proposed, he confirms. */
export function Say({ f, attempt, questions }: { f: FollowUp; attempt: Attempt; questions?: Questions }) {
  const t = useText('followups')
  const can = choices(attempt)
  const proposed: Choice = can.talked ? 'talked' : 'missed'
  const [said, setSaid] = useState<Choice | null>(null)
  // What was chosen in the call holds for as long as it may be said.
  const choice = said && can[said] ? said : proposed
  const give = useFollowUpOrder()
  const { attempt: trying, busy, problem } = useAttempt()
  const send = (order: FollowUpOrder, more: Record<string, unknown>) => trying(() => give(f, order, { call: attempt.call, ...more }))
  return (
    <Card size="small" title={<Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>{t('say.title')}</Typography.Title>}>
      <p>{can.missed ? t('attempt.line', { line: t(`lines.${attempt.line}`, { defaultValue: attempt.line }) }) : t('say.during')}</p>
      {questions && <p><Typography.Text type="secondary">{t('attempt.confirmBy', { minutes: questions.confirm_minutes })}</Typography.Text></p>}
      <Segmented<Choice> aria-label={t('say.title')} value={choice} onChange={setSaid}
        options={(['talked', 'missed', 'dropped'] as const).map((value) => ({ value, label: t(`say.${value}`), disabled: !can[value] }))} />
      <div style={{ marginTop: 12 }}>
        {problem !== null && <Problem error={problem} />}
        {/* What was answered stays while something else is looked at. */}
        {questions && can.talked && (
          <div hidden={choice !== 'talked'}>
            <Ask f={f} questions={questions} busy={busy} onSend={(answers, declined) => void send('answer', declined ? { declined } : { answers })} />
          </div>
        )}
        {!questions && choice === 'talked' && <Alert type="info" title={t('shell:loading')} />}
        {choice === 'missed' && <Missed attempt={attempt} ringSeconds={questions?.ring_seconds ?? 0} busy={busy} onSend={(reason) => void send('miss', { reason })} />}
        {choice === 'dropped' && (
          <Form layout="vertical" onFinish={({ why }: { why: string }) => void send('drop', { why: why.trim() })}>
            <Form.Item name="why" label={t('say.why')} rules={[{ required: true, whitespace: true, max: 200 }]}><Input maxLength={200} /></Form.Item>
            <Button htmlType="submit" loading={busy}>{t('say.dropped')}</Button>
          </Form>
        )}
      </div>
    </Card>
  )
}

function Missed({ attempt, ringSeconds, busy, onSend }: { attempt: Attempt; ringSeconds: number; busy: boolean; onSend: (reason: Reason) => void }) {
  const t = useText('followups')
  return (
    <Form layout="vertical" initialValues={{ reason: suggestion(attempt.line) }} onFinish={({ reason }: { reason: Reason }) => onSend(reason)}>
      <Form.Item name="reason" label={t('say.reason')} rules={[{ required: true }]}>
        <Radio.Group options={reasonsOf(attempt, ringSeconds).map((r) => ({ value: r, label: t(`reasons.${r}`) }))} />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy}>{t('say.confirm')}</Button>
    </Form>
  )
}
