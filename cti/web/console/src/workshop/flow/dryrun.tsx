import { Alert, Button, Checkbox, DatePicker, Flex, Form, Input, Select, Slider, Timeline } from 'antd'
import type { Dayjs } from 'dayjs'
import { useSearchParams } from 'react-router'
import { api, ask, send, type Schema } from '../../api/client'
import { useDo } from '../../parts/problem'
import { useText } from '../../shell/text'
import { useDrafted } from '../draft/context'
import type { Flow } from '../plan'
import { exitText } from './node'
import { optionsOf } from '../parts/fields'
import type { Step } from './path'

/** A dry run's answer, and how many of its steps are shown. */
export type Way = { walked?: Schema<'Walked'>; steps: Step[]; shown: number }
type Fields = { number: string; caller?: string; at?: Dayjs; keys?: string; is?: ('vip' | 'ticket' | 'repeat')[]; answers?: Record<string, string> }
type Props = { flow: Flow; way: Way; onWay: (way: Way) => void; onChoose: (node: string) => void }

/** A call that is not made: its way, step by step, on the canvas and in words. */
export function DryRun({ flow, way, onWay, onChoose }: Props) {
  const t = useText('workshop')
  const { plan, text, changes } = useDrafted()
  const [params] = useSearchParams()
  const { walked } = way
  const lines = (plan.lines ?? []).filter((l) => l.flow === flow.id).map((l) => l.did)
  const services = [...new Set(flow.nodes.flatMap((n) => (n.kind === 'lookup' && n.service ? [n.service] : [])))]
  const results = (service: string) => plan.companies?.find((c) => c.id === flow.company)?.lookups?.find((l) => l.id === service)?.results ?? []
  const [walk, busy] = useDo(async ({ number, caller, at, keys, is, answers }: Fields) => {
    const said = Object.fromEntries(Object.entries(answers ?? {}).filter(([, v]) => v))
    // What is drawn and not published is walked as it is drawn.
    const result = changes.length > 0
      ? await send<Schema<'Walked'>>('POST', '/api/v1/config/walk', { document: text, number, caller: caller || undefined, at: at?.toISOString(), keys: keys || undefined, is, answers: said })
      : await ask(api.GET('/api/v1/lines/{number}/walk', {
        params: { path: { number }, query: { caller: caller || undefined, at: at?.toISOString(), keys: keys || undefined, is: is?.length ? is : undefined, answer: Object.entries(said).map(([s, r]) => `${s}=${r}`) } },
        querySerializer: { array: { style: 'form', explode: false } },
      }))
    onWay({ walked: result, steps: result.steps, shown: result.steps.length })
    const last = result.steps.at(-1)?.node
    if (last) onChoose(last)
  })
  function show(shown: number) {
    onWay({ ...way, shown })
  }
  if (lines.length === 0) return <Alert type="info" showIcon title={t('walk.noLine')} />
  return (
    <>
      <Form<Fields> layout="vertical" size="small" onFinish={(f) => void walk(f)} initialValues={{ number: params.get('number') ?? lines[0] }}>
        <Form.Item name="number" label={t('walk.number')} rules={[{ required: true }]}><Select options={optionsOf(lines)} /></Form.Item>
        <Form.Item name="caller" label={t('walk.caller')}><Input inputMode="numeric" maxLength={32} autoComplete="off" /></Form.Item>
        <Form.Item name="at" label={t('walk.at')}><DatePicker className="wide" needConfirm={false} format="YYYY-MM-DD HH:mm" showTime={{ format: 'HH:mm' }} placeholder={t('walk.now')} /></Form.Item>
        <Form.Item name="keys" label={t('walk.keys')} extra={t('walk.keysHint')} rules={[{ pattern: /^[0-9*#.]*$/, message: t('field.keys') }]}><Input maxLength={64} autoComplete="off" /></Form.Item>
        <Form.Item name="is" label={t('walk.is')}><Checkbox.Group options={(['vip', 'ticket', 'repeat'] as const).map((value) => ({ value, label: t(`exit.${value}`) }))} /></Form.Item>
        {services.map((s) => <Form.Item key={s} name={['answers', s]} label={t('walk.answer', { service: s })}><Select allowClear placeholder={t('exit.failed')} options={optionsOf(results(s))} /></Form.Item>)}
        <Button type="primary" htmlType="submit" loading={busy}>{t('walk.go')}</Button>
      </Form>
      <p className="fine">{t(changes.length > 0 ? 'walk.ofDraft' : 'walk.inForce')}</p>
      {walked && (
        <div data-testid="walked">
          <Flex gap="small" align="center">
            <Button size="small" disabled={way.shown <= 1} onClick={() => show(way.shown - 1)}>{t('walk.back')}</Button>
            <Slider style={{ flex: 1 }} min={1} max={Math.max(1, way.steps.length)} value={way.shown} onChange={show} ariaLabelForHandle={t('walk.step')} />
            <Button size="small" disabled={way.shown >= way.steps.length} onClick={() => show(way.shown + 1)}>{t('walk.forth')}</Button>
          </Flex>
          {walked.astray && <Alert type="warning" showIcon title={t('walk.astray')} />}
          <Timeline items={way.steps.map((s, i) => ({ color: i < way.shown ? 'green' : 'gray', content: <StepText step={s} later={i >= way.shown} onClick={() => {
            show(i + 1)
            if (s.node) onChoose(s.node)
          }} /> }))} />
          <Alert type="success" title={t('walk.end', { kind: t(`kind.${walked.end.kind}`, { defaultValue: walked.end.kind }), to: walked.end.to ?? '' })}
            description={walked.survey?.length ? t('walk.survey', { prompts: walked.survey.join(', ') }) : undefined} />
        </div>
      )}
    </>
  )
}

/** A step as people read it. */
function StepText({ step, later, onClick }: { step: Step; later: boolean; onClick: () => void }) {
  const t = useText('workshop')
  return (
    <button type="button" className={`walk-step${later ? ' walk-later' : ''}`} onClick={onClick}>
      <b>{t(`kind.${step.kind}`, { defaultValue: step.kind })}</b> {step.node || t('walk.person')}
      {step.says && step.says.length > 0 && <div className="fine">{t('walk.hears', { prompts: step.says.join(', ') })}</div>}
      {(step.exit || step.why) && <div className="fine">{step.exit && `→ ${exitText(t, step.exit)}`}{step.why && ` (${step.why})`}</div>}
    </button>
  )
}
