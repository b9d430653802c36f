import { UploadOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Flex, Input, Upload } from 'antd'
import { useState } from 'react'
import { api, ask, send, type Schema } from '../../api/client'
import { useDo } from '../../parts/problem'
import { useText } from '../../shell/text'
import { address } from '../address'
import type { PromptId } from './mark'

type Version = Schema<'PromptVersion'>

/** Gives a prompt its sound: a file, or a text that a program says until a person has. */
export function Making({ id, onMade }: { id: PromptId; onMade?: () => void }) {
  const t = useText('workshop')
  const client = useQueryClient()
  const { notification } = App.useApp()
  const [text, setText] = useState('')
  const [warnings, setWarnings] = useState<string[]>([])
  const query = { language: id.language, company: id.company || undefined }
  async function made(version: Version) {
    setWarnings(version.warnings ?? [])
    await client.invalidateQueries({ queryKey: ['prompts'] })
    await client.invalidateQueries({ queryKey: ['prompt'] })
    notification.success({ title: t('prompts.made', { name: id.name, version: version.version }) })
    onMade?.()
  }
  const [upload, uploading] = useDo(async (file: File) => made(await send<Version>('PUT', address(`/api/v1/prompts/${encodeURIComponent(id.name)}/audio`, query), new Blob([file]))))
  const [speak, speaking] = useDo(async () => made(await ask(api.PUT('/api/v1/prompts/{name}/text', { params: { path: { name: id.name }, query }, body: { text } }))))
  return (
    <Flex vertical gap="small">
      <Upload accept=".wav,.mp3,.flac,audio/*" maxCount={1} showUploadList={false} beforeUpload={(file) => {
        void upload(file)
        return false
      }}><Button icon={<UploadOutlined />} loading={uploading}>{t('prompts.upload')}</Button></Upload>
      <span className="fine">{t('prompts.uploadHint')}</span>
      <Input.TextArea aria-label={t('prompts.text')} placeholder={t('prompts.text')} maxLength={500} autoSize={{ minRows: 2 }} value={text} onChange={(e) => setText(e.target.value)} />
      <div><Button disabled={!text.trim()} loading={speaking} onClick={() => void speak()}>{t('prompts.speak')}</Button></div>
      {warnings.map((w) => <Alert key={w} type="warning" showIcon title={w} />)}
    </Flex>
  )
}
