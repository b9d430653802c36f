import { DownloadOutlined, PhoneOutlined } from '@ant-design/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Empty, Form, Input, Modal, Radio, Segmented, Space, Table, Tag, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { download } from '../api/file'
import { Problem, Refusal, useAttempt, useDo } from '../parts/problem'
import { ReasonButton, RevealButton } from '../parts/reason'
import { Moment } from '../parts/time'
import { useMe, useRole } from '../shell/me'
import { useText } from '../shell/text'
import { CallLink } from '../tickets/call'
import { TicketLink } from '../tickets/number'
import { Kind } from '../tickets/words'

type Person = Schema<'SurveyPerson'>
type State = 'waiting' | 'answered' | 'refused' | 'missed'

const states: State[] = ['waiting', 'answered', 'refused', 'missed']
const colours: Record<string, string> = { waiting: 'default', answered: 'success', refused: 'warning', missed: 'error' }

/** Those who are asked in a quarter: called by one click, and what they say written down. */
export function Surveyed({ company, quarter }: { company: string; quarter: string }) {
  const t = useText('followups')
  const [state, setState] = useState<State | 'all'>('waiting')
  const [reason, setReason] = useState('')
  const [asked, setAsked] = useState<Person | null>(null)
  const reveals = useRole('shift_leader', 'administrator', 'auditor')
  const asks = useRole('agent', 'shift_leader', 'administrator')
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['surveys', company, quarter, state, reason], staleTime: reason ? Infinity : undefined,
    queryFn: async () => (await ask(api.GET('/api/v1/surveys/{quarter}/people', {
      params: { path: { quarter }, query: { company, ...(state === 'all' ? {} : { state }), ...(reason ? { reveal: reason } : {}) } },
    }))).people,
  })
  const columns: TableColumnsType<Person> = [
    { title: t('surveys.n'), dataIndex: 'n', className: 'tabular' },
    { title: t('col.number'), dataIndex: 'number', className: 'tabular' },
    { title: t('col.tickets'), key: 'ticket', render: (_, p) => <Space>{p.kind && <Kind kind={p.kind} />}{p.ticket && <TicketLink id={p.ticket} />}<CallLink call={p.call} /></Space> },
    { title: t('surveys.spoke'), key: 'spoke', render: (_, p) => <Moment at={p.spoke_at} /> },
    { title: t('col.state'), key: 'state', render: (_, p) => <Tag color={colours[p.state]}>{t(`surveys.states.${p.state}`, { defaultValue: p.state })}</Tag> },
    { title: t('surveys.score'), key: 'score', className: 'tabular', render: (_, p) => p.score || '–' },
    { title: t('surveys.remark'), key: 'remark', render: (_, p) => <span className="lines">{p.remark}</span> },
    { title: t('surveys.askedBy'), key: 'asked', render: (_, p) => (p.asked_by ? <Space>{p.asked_by}<Moment at={p.asked_at} /></Space> : '–') },
    ...(asks ? [{
      title: t('col.orders'), key: 'orders',
      render: (_: unknown, p: Person) => <Space><Dial person={p} onDialled={() => setAsked(p)} /><Button size="small" onClick={() => setAsked(p)}>{t('surveys.say')}</Button></Space>,
    }] : []),
  ]
  return (
    <section aria-labelledby="surveyed">
      <h2 id="surveyed" style={{ fontSize: 16 }}>{quarter}</h2>
      <Space wrap style={{ marginBottom: 12 }}>
        <Segmented<State | 'all'> aria-label={t('col.state')} value={state} onChange={setState}
          options={[...states, 'all' as const].map((value) => ({ value, label: t(`surveys.states.${value}`) }))} />
        {reveals && <RevealButton revealed={reason !== ''} onReveal={setReason} />}
        {reveals && (
          <ReasonButton icon={<DownloadOutlined />} title={t('surveys.export')} label={t('surveys.exportReason')} least={4}
            onReason={(why) => download(`/api/v1/surveys/${quarter}/table?${new URLSearchParams({ company, format: 'xlsx', reason: why })}`, `survey-${quarter}.xlsx`)} />
        )}
      </Space>
      {error && <Problem error={error} onRetry={() => (reason ? setReason('') : void refetch())} />}
      <Table<Person> size="small" rowKey="n" columns={columns} dataSource={data ?? []} loading={isPending} scroll={{ x: 'max-content' }}
        pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }} locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('surveys.nobody')} /> }} />
      {asked && <Say company={company} quarter={quarter} person={asked} onClose={() => setAsked(null)} />}
    </section>
  )
}

/** Calls the number of his ticket, which the agent need not know. */
function Dial({ person, onDialled }: { person: Person; onDialled: () => void }) {
  const t = useText('followups')
  const me = useMe()
  const { message } = App.useApp()
  const [dial, busy] = useDo(async () => {
    await ask(api.POST('/api/v1/agents/{agent}/orders', { params: { path: { agent: me.number } }, body: { verb: 'dial', for: `ticket:${person.ticket}` } }))
    void message.success(t('dialled'))
    onDialled()
  })
  if (me.role !== 'agent' || person.state !== 'waiting' || !person.ticket) return null
  return <Button size="small" type="primary" icon={<PhoneOutlined />} loading={busy} onClick={() => void dial()}>{t('dial')}</Button>
}

type Fields = { state: 'answered' | 'refused' | 'missed'; score?: number; remark?: string }

/** What came of asking somebody; said again, the last counts. */
function Say({ company, quarter, person, onClose }: { company: string; quarter: string; person: Person; onClose: () => void }) {
  const t = useText('followups')
  const queries = useQueryClient()
  const [form] = Form.useForm<Fields>()
  const state = Form.useWatch('state', form)
  const { attempt, busy, problem } = useAttempt()
  const say = ({ state, score, remark }: Fields) => attempt(async () => {
    await ask(api.POST('/api/v1/surveys/{quarter}/people/{n}', {
      params: { path: { quarter, n: person.n }, query: { company } }, body: { state, ...(state === 'answered' ? { score } : {}), ...(remark?.trim() ? { remark: remark.trim() } : {}) },
    }))
    await queries.invalidateQueries({ queryKey: ['surveys'] })
    onClose()
  })
  return (
    <Modal open title={t('surveys.saying', { n: person.n, number: person.number })} onCancel={onClose} onOk={() => form.submit()} confirmLoading={busy} okText={t('shell:save')} cancelText={t('shell:cancel')}>
      <Refusal problem={problem} />
      <Form<Fields> form={form} layout="vertical" initialValues={{ state: person.state === 'waiting' ? 'answered' : person.state, score: person.score || undefined, remark: person.remark }} onFinish={(f) => void say(f)}>
        <Form.Item name="state" label={t('surveys.came')} rules={[{ required: true }]}>
          <Radio.Group options={states.slice(1).map((value) => ({ value, label: t(`surveys.states.${value}`) }))} />
        </Form.Item>
        {state === 'answered' && (
          <Form.Item name="score" label={t('surveys.ask')} rules={[{ required: true }]}>
            <Radio.Group optionType="button" options={[5, 4, 3, 2, 1].map((value) => ({ value, label: t(`surveys.scores.${value}`) }))} />
          </Form.Item>
        )}
        <Form.Item name="remark" label={t('surveys.remark')}><Input.TextArea maxLength={1000} autoSize={{ minRows: 2 }} /></Form.Item>
      </Form>
    </Modal>
  )
}
