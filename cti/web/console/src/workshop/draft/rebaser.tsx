import { Alert, Modal, Radio, Table, Typography } from 'antd'
import { useState } from 'react'
import { useText } from '../../shell/text'
import { inline } from './change'
import { useDraft, useDrafted } from './context'

/** Takes the draft over to a version that was published meanwhile. */
export function Rebase({ onClose }: { onClose: () => void }) {
  const t = useText('workshop')
  const draft = useDraft()
  const { base, latest } = useDrafted()
  const [conflicts] = useState(() => draft.conflicts())
  const [theirs, setTheirs] = useState<string[]>([])
  const choose = (place: string, whose: string) => setTheirs((list) => (whose === 'theirs' ? [...list, place] : list.filter((p) => p !== place)))
  function rebase() {
    draft.rebase(theirs)
    onClose()
  }
  return (
    <Modal open width={860} title={t('rebase.title', { base: base?.version, latest: latest?.version })} okText={t('rebase.ok')} onOk={rebase} onCancel={onClose}>
      {conflicts.length === 0
        ? <Alert type="success" showIcon title={t('rebase.clean')} />
        : (
          <>
            <Typography.Paragraph>{t('rebase.conflicts', { count: conflicts.length })}</Typography.Paragraph>
            <Table size="small" rowKey="place" dataSource={conflicts} pagination={false} columns={[
              { title: t('changes.place'), dataIndex: 'place' },
              { title: t('rebase.mine'), render: (_, c) => <span className="fine">{inline(c.mine.order ?? c.mine.now) || t('changes.removed')}</span> },
              { title: t('rebase.theirs'), render: (_, c) => <span className="fine">{inline(c.theirs.order ?? c.theirs.now) || t('changes.removed')}</span> },
              {
                title: t('rebase.keep'),
                render: (_, c) => (
                  <Radio.Group aria-label={c.place} value={theirs.includes(c.place) ? 'theirs' : 'mine'} onChange={(e) => choose(c.place, String(e.target.value))}
                    options={[{ value: 'mine', label: t('rebase.mine') }, { value: 'theirs', label: t('rebase.theirs') }]} />
                ),
              },
            ]} />
          </>
        )}
    </Modal>
  )
}
