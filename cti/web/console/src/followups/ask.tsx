import { Alert, Button, Checkbox, Input, Radio, Space, Typography } from 'antd'
import { useState } from 'react'
import { language, useText } from '../shell/text'
import type { FollowUp } from './attempt'
import { answers, asked, consequences, unanswered, type Answered, type Asked, type Question, type Questions, type Value, type Values } from './question'

/** The questionnaire: asked in the company's words, of each ticket what is asked of each. */
export function Ask({ f, questions, busy, onSend }: { f: FollowUp; questions: Questions; busy: boolean; onSend: (answers: Answered[], declined: boolean) => void }) {
  const t = useText('followups')
  const lng = language()
  const tickets = f.tickets ?? []
  const all = asked(questions.questions, tickets)
  const [values, setValues] = useState<Values>({})
  const [declined, setDeclined] = useState(false)
  const [tried, setTried] = useState(false)
  const lacks = declined ? [] : unanswered(all, values)
  const follows = consequences(all, declined ? {} : values, tickets)
  function send() {
    setTried(true)
    if (lacks.length > 0) {
      document.getElementById(`asked-${lacks[0]}`)?.scrollIntoView({ block: 'center' })
      return
    }
    onSend(answers(all, values), declined)
  }
  return (
    <Space orientation="vertical" size="middle" style={{ width: '100%' }}>
      <Alert type="info" title={<><strong>{t('ask.opening')}</strong> {questions.opening[lng]}</>} />
      <Checkbox checked={declined} onChange={(e) => setDeclined(e.target.checked)}>{t('ask.declined')}</Checkbox>
      {!declined && all.map((a) => (
        <One key={a.key} asked={a} kind={tickets.find((w) => w.ticket === a.ticket)?.kind} several={tickets.length > 1} value={values[a.key]}
          lacks={tried && lacks.includes(a.key)} onChange={(value) => setValues((v) => ({ ...v, [a.key]: value }))} />
      ))}
      {follows.again.length > 0 && <Alert type="error" showIcon title={t('ask.again')} />}
      {follows.open.length > 0 && <Alert type="warning" showIcon title={t('ask.reopens')} />}
      {follows.dissatisfied.length > 0 && <Alert type="warning" showIcon title={t('ask.low')} />}
      <Alert type="info" title={<><strong>{t('ask.closing')}</strong> {questions.closing[lng]}</>} />
      <Button type="primary" loading={busy} onClick={send}>{t('ask.send')}</Button>
    </Space>
  )
}

function One({ asked: a, kind, several, value, lacks, onChange }: { asked: Asked; kind?: string; several: boolean; value: Value; lacks: boolean; onChange: (value: Value) => void }) {
  const t = useText('followups')
  const id = `asked-${a.key}`
  return (
    <div id={id} role="group" aria-labelledby={`${id}-ask`}>
      <div id={`${id}-ask`}>
        {a.ticket && several && <Typography.Text type="secondary">{t('ask.about', { kind: t(`tickets:kinds.${kind}`, { defaultValue: kind }), id: a.ticket.slice(0, 8) })} </Typography.Text>}
        {a.question.ask[language()]} {a.question.optional && <Typography.Text type="secondary">({t('ask.optional')})</Typography.Text>}
      </div>
      <Entry question={a.question} label={`${id}-ask`} value={value} onChange={onChange} />
      {lacks && <Typography.Text type="danger" role="alert"> {t('ask.needed')}</Typography.Text>}
    </div>
  )
}

function Entry({ question: q, label, value, onChange }: { question: Question; label: string; value: Value; onChange: (value: Value) => void }) {
  const t = useText('followups')
  switch (q.type) {
    case 'yes_no':
      return <Radio.Group aria-labelledby={label} value={value} onChange={(e) => onChange(e.target.value as boolean)} options={[{ value: true, label: t('ask.yes') }, { value: false, label: t('ask.no') }]} />
    case 'scale': {
      const [least, most] = [q.min ?? 0, q.max ?? 0]
      const numbers = Array.from({ length: most - least + 1 }, (_, i) => least + i)
      return <Radio.Group aria-labelledby={label} optionType="button" value={value} onChange={(e) => onChange(e.target.value as number)} options={numbers.map((n) => ({ value: n, label: String(n) }))} />
    }
  }
  return <Input.TextArea aria-labelledby={label} autoSize={{ minRows: 2, maxRows: 6 }} maxLength={2000} value={typeof value === 'string' ? value : ''} onChange={(e) => onChange(e.target.value)} />
}
