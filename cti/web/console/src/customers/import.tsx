import { UploadOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Form, Input, Modal, Radio, Space, Upload } from 'antd'
import { useState } from 'react'
import { ProblemError, send, type Schema } from '../api/client'
import { wordsOf } from '../parts/problem'
import { useMe } from '../shell/me'
import { useText } from '../shell/text'
import { ImportResult } from './imported'

type Fields = { known: 'refuse' | 'skip' | 'change'; reason: string; company?: string }
export type Imported = Schema<'Imported'>

/** Takes customers from a table: tried first, so that what is wrong is known before. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const t = useText('customers')
  const me = useMe()
  const queries = useQueryClient()
  const [form] = Form.useForm<Fields>()
  const [file, setFile] = useState<File | null>(null)
  const [busy, setBusy] = useState<'dry' | 'real' | null>(null)
  const [result, setResult] = useState<Imported | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  async function take(dry: boolean) {
    const fields = await form.validateFields().catch(() => null)
    if (!fields || !file) return
    setBusy(dry ? 'dry' : 'real')
    setResult(null)
    setProblem(null)
    const query = new URLSearchParams({ known: fields.known, reason: fields.reason.trim(), dry: String(dry), ...(fields.company ? { company: fields.company } : {}) })
    try {
      setResult(await send<Imported>('POST', `/api/v1/customers/import?${query}`, new Blob([file], { type: 'application/octet-stream' })))
      if (!dry) await queries.invalidateQueries({ queryKey: ['customers'] })
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(null)
    }
  }
  const faults = problem instanceof ProblemError ? problem.errors.map((e) => ({ place: e.location ?? '', text: e.message ?? '' })) : []
  return (
    <Modal open width={760} title={t('import.title')} onCancel={onClose} footer={[
      <Button key="close" onClick={onClose}>{t('shell:close')}</Button>,
      <Button key="dry" disabled={!file || busy !== null} loading={busy === 'dry'} onClick={() => void take(true)}>{t('import.dry')}</Button>,
      <Button key="go" type="primary" disabled={!file || busy !== null} loading={busy === 'real'} onClick={() => void take(false)}>{t('import.go')}</Button>,
    ]}>
      <Form<Fields> form={form} layout="vertical" initialValues={{ known: 'refuse' }}>
        <Form.Item label={t('import.file')} extra={t('import.columns')}>
          <Space>
            <Upload accept=".csv,.xlsx" showUploadList={false} beforeUpload={(f) => { setFile(f); setResult(null); setProblem(null); return false }}>
              <Button icon={<UploadOutlined />}>{t('import.choose')}</Button>
            </Upload>
            {file && <span>{t('import.chosen', { name: file.name })}</span>}
          </Space>
        </Form.Item>
        {me.role === 'administrator' && <Form.Item name="company" label={t('import.company')} rules={[{ required: true, pattern: /^[a-z0-9][a-z0-9_-]{0,31}$/ }]}><Input autoComplete="off" /></Form.Item>}
        <Form.Item name="known" label={t('import.known')}><Radio.Group options={(['refuse', 'skip', 'change'] as const).map((value) => ({ value, label: t(`import.${value}`) }))} /></Form.Item>
        <Form.Item name="reason" label={t('import.reason')} rules={[{ required: true, whitespace: true, max: 200 }]}><Input maxLength={200} autoComplete="off" /></Form.Item>
      </Form>
      {problem !== null && (faults.length > 0
        ? <ImportResult faults={faults} title={t('import.failed', { count: faults.length })} type="error" />
        : <Alert type="error" showIcon role="alert" title={<span className="lines">{wordsOf(problem, t).detail}</span>} />)}
      {result && (
        <ImportResult result={result} faults={result.faults ?? []} type={result.faults_count > 0 ? 'error' : result.done ? 'success' : 'info'}
          title={result.done ? t('import.done') : result.faults_count > 0 ? t('import.failed', { count: result.faults_count }) : t('import.wouldDo')} />
      )}
    </Modal>
  )
}
