import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Empty, Form, InputNumber, Modal, Select, Space, Table, type TableColumnsType } from 'antd'
import { useState } from 'react'
import { api, ask, type Schema } from '../api/client'
import { Problem, Refusal, useAttempt } from '../parts/problem'
import { useMe, useRole } from '../shell/me'
import { useText } from '../shell/text'
import { quartersOver } from './quarter'
import { Surveyed } from './surveyed'

type Survey = Schema<'SurveyList'>

const nameOf = (s: Survey) => `${s.company}/${s.quarter}`

/** Quarterly surveys (requirement F8): who of a quarter's callers is asked how content he is, and how they stand. */
export function Surveys({ open, onOpen }: { open: string | null; onOpen: (survey: string | null) => void }) {
  const t = useText('followups')
  const { role } = useMe()
  const draws = useRole('shift_leader', 'administrator')
  const [drawing, setDrawing] = useState(false)
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['surveys'], queryFn: async () => (await ask(api.GET('/api/v1/surveys', {}))).surveys,
  })
  const columns: TableColumnsType<Survey> = [
    { title: t('surveys.quarter'), key: 'quarter', render: (_, s) => <Button type="link" size="small" onClick={() => onOpen(nameOf(s))}>{s.quarter}</Button> },
    ...(['administrator', 'auditor'].includes(role) ? [{ title: t('col.company'), dataIndex: 'company' }] : []),
    { title: t('surveys.people'), key: 'people', className: 'tabular', render: (_, s) => t('surveys.ofAll', { n: s.rates.people, all: s.population }) },
    { title: t('surveys.states.answered'), key: 'answered', className: 'tabular', render: (_, s) => share(s.rates.answered, s.rates.answer_rate) },
    { title: t('surveys.states.refused'), key: 'refused', className: 'tabular', render: (_, s) => s.rates.refused },
    { title: t('surveys.states.missed'), key: 'missed', className: 'tabular', render: (_, s) => s.rates.missed },
    { title: t('surveys.content'), key: 'content', className: 'tabular', render: (_, s) => share(s.rates.content, s.rates.content_rate) },
    { title: t('surveys.average'), key: 'average', className: 'tabular', render: (_, s) => (s.rates.answered > 0 ? s.rates.average.toFixed(2) : '–') },
    { title: t('surveys.seed'), dataIndex: 'seed' },
  ]
  const one = data?.find((s) => nameOf(s) === open)
  return (
    <Space orientation="vertical" size="middle" style={{ width: '100%' }}>
      {draws && <Button onClick={() => setDrawing(true)}>{t('surveys.draw')}</Button>}
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      <Table<Survey> size="small" rowKey={nameOf} columns={columns} dataSource={data ?? []} loading={isPending} scroll={{ x: 'max-content' }} pagination={false}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(draws ? 'surveys.none' : 'surveys.noneYet')} /> }} />
      {one && <Surveyed key={nameOf(one)} company={one.company} quarter={one.quarter} />}
      <Draw open={drawing} onClose={() => setDrawing(false)} onDrawn={(s) => onOpen(nameOf(s))} />
    </Space>
  )
}

function share(n: number, rate: number): string {
  return `${n} (${(rate * 100).toFixed(1)} %)`
}

type Fields = { quarter: string; size: number }

/** Draws a list, which is done once for each quarter. */
function Draw({ open, onClose, onDrawn }: { open: boolean; onClose: () => void; onDrawn: (s: Survey) => void }) {
  const t = useText('followups')
  const queries = useQueryClient()
  const [form] = Form.useForm<Fields>()
  const { attempt, busy, problem, clear } = useAttempt()
  const quarters = quartersOver(new Date(), 8)
  const draw = ({ quarter, size }: Fields) => attempt(async () => {
    const drawn = await ask(api.POST('/api/v1/surveys/{quarter}', { params: { path: { quarter } }, body: { size } }))
    await queries.invalidateQueries({ queryKey: ['surveys'] })
    onClose()
    onDrawn(drawn)
  })
  return (
    <Modal open={open} title={t('surveys.draw')} destroyOnHidden onCancel={onClose} onOk={() => form.submit()} confirmLoading={busy}
      okText={t('surveys.go')} cancelText={t('shell:cancel')} afterClose={clear}>
      <Refusal problem={problem} />
      <p>{t('surveys.drawHint')}</p>
      <Form<Fields> form={form} layout="vertical" preserve={false} initialValues={{ quarter: quarters[0], size: 400 }} onFinish={(f) => void draw(f)}>
        <Form.Item name="quarter" label={t('surveys.quarter')} rules={[{ required: true }]}><Select options={quarters.map((value) => ({ value, label: value }))} /></Form.Item>
        <Form.Item name="size" label={t('surveys.size')} rules={[{ required: true, type: 'integer', min: 1, max: 5000 }]}><InputNumber min={1} max={5000} /></Form.Item>
      </Form>
    </Modal>
  )
}
