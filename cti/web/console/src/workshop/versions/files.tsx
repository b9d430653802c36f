import { DownloadOutlined, UploadOutlined } from '@ant-design/icons'
import { App, Button, Upload } from 'antd'
import { save } from '../../api/file'
import { useRole } from '../../shell/me'
import { useText } from '../../shell/text'
import { useDraft, useDrafted } from '../draft/context'

const yaml = (text: string) => new Blob([text], { type: 'application/yaml' })

/** The document as a file: out, and in as a draft. */
export function Files() {
  const t = useText('workshop')
  const { notification } = App.useApp()
  const draft = useDraft()
  const { latest, text, changes } = useDrafted()
  const may = useRole('operator', 'administrator')
  async function read(file: File) {
    try {
      draft.replace(await file.text())
      notification.success({ title: t('files.read', { name: file.name, count: draft.state.changes.length }) })
    } catch (error) {
      notification.error({ title: t('files.unread', { name: file.name }), description: error instanceof Error ? error.message : String(error), duration: 0 })
    }
  }
  return (
    <>
      {latest && <Button icon={<DownloadOutlined />} onClick={() => save(yaml(latest.document), `sansheng-v${latest.version}.yaml`)}>{t('files.export')}</Button>}
      {changes.length > 0 && <Button icon={<DownloadOutlined />} onClick={() => save(yaml(text), 'sansheng-draft.yaml')}>{t('files.exportDraft')}</Button>}
      {may && (
        <Upload accept=".yaml,.yml" maxCount={1} showUploadList={false} beforeUpload={(file) => {
          void read(file)
          return false
        }}>
          <Button icon={<UploadOutlined />}>{t('files.import')}</Button>
        </Upload>
      )}
    </>
  )
}
