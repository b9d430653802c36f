import { Form, Input, Modal, Select } from 'antd'
import { useText } from '../../shell/text'
import { Making } from './making'
import type { PromptId } from './mark'

type Fields = { name: string; language: 'zh' | 'en' }

/** A prompt under a new name: it is there when it has a sound. */
export function NewPrompt({ company, onClose, onAdded }: { company: string; onClose: () => void; onAdded: (id: PromptId) => void }) {
  const t = useText('workshop')
  const [form] = Form.useForm<Fields>()
  const name = Form.useWatch('name', form) ?? ''
  const language = Form.useWatch('language', form) ?? 'zh'
  const good = /^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)
  const id: PromptId = { name, language, company: company || undefined }
  return (
    <Modal open title={t('prompts.new')} footer={null} onCancel={onClose}>
      <Form<Fields> form={form} layout="vertical" initialValues={{ language: 'zh' }}>
        <Form.Item name="name" label={t('prompts.name')} rules={[{ required: true, pattern: /^[a-z0-9][a-z0-9_-]{0,63}$/, message: t('field.prompt') }]} extra={t('prompts.nameHint')}><Input autoComplete="off" /></Form.Item>
        <Form.Item name="language" label={t('prompts.language')}><Select options={[{ value: 'zh', label: '中文' }, { value: 'en', label: 'English' }]} /></Form.Item>
      </Form>
      {good ? <Making id={id} onMade={() => onAdded(id)} /> : <p className="fine">{t('prompts.nameFirst')}</p>}
    </Modal>
  )
}
