import { Alert, Button, Flex, Popconfirm, Tag } from 'antd'
import { useState } from 'react'
import { useRole } from '../../shell/me'
import { useText } from '../../shell/text'
import { useChecked, useDraft, useDrafted } from './context'
import { Publish } from './publish'
import { Rebase } from './rebaser'

/** Says what is not published, and leads to publishing it. */
export function DraftBar() {
  const t = useText('workshop')
  const draft = useDraft()
  const { changes, base, latest, behind, elsewhere, undoable } = useDrafted()
  const { faults, checking } = useChecked()
  const may = useRole('operator', 'administrator')
  const [publishing, setPublishing] = useState(false)
  const [rebasing, setRebasing] = useState(false)
  if (!may) return <Alert className="workshop-bar" type="info" showIcon title={t('bar.look')} />
  if (changes.length === 0) {
    return undoable > 0 ? <Alert className="workshop-bar" type="info" title={t('bar.none')} action={<Button size="small" onClick={() => draft.undo()}>{t('bar.undo')}</Button>} /> : null
  }
  return (
    <div className="workshop-bar">
      <Alert type={behind || faults.length > 0 ? 'warning' : 'info'} showIcon role="status" data-testid="draft-bar"
        title={<>
          {t('bar.changes', { count: changes.length })}{' '}
          {checking ? <Tag>{t('bar.checking')}</Tag> : faults.length > 0 ? <Tag color="error">{t('bar.faults', { count: faults.length })}</Tag> : null}
        </>}
        description={behind ? t('bar.behind', { base: base?.version, latest: latest?.version }) : undefined}
        action={
          <Flex gap="small" wrap>
            <Button size="small" disabled={undoable === 0} onClick={() => draft.undo()}>{t('bar.undo')}</Button>
            <Popconfirm title={t('bar.discardAsk')} onConfirm={() => latest && draft.start(latest)} okText={t('bar.discard')}>
              <Button size="small" danger>{t('bar.discard')}</Button>
            </Popconfirm>
            {behind
              ? <Button size="small" type="primary" onClick={() => setRebasing(true)}>{t('bar.rebase')}</Button>
              : <Button size="small" type="primary" onClick={() => setPublishing(true)}>{t('bar.publish')}</Button>}
          </Flex>
        } />
      {elsewhere && (
        <Alert type="warning" showIcon role="alert" data-testid="draft-elsewhere" title={t('bar.elsewhere')}
          action={
            <Flex gap="small" wrap>
              <Button size="small" onClick={() => draft.keepThis()}>{t('bar.keepThis')}</Button>
              <Popconfirm title={t('bar.discardAsk')} onConfirm={() => draft.takeOther()} okText={t('bar.takeOther')}>
                <Button size="small" danger>{t('bar.takeOther')}</Button>
              </Popconfirm>
            </Flex>
          } />
      )}
      {publishing && <Publish onClose={() => setPublishing(false)} />}
      {rebasing && <Rebase onClose={() => setRebasing(false)} />}
    </div>
  )
}
