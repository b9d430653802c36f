import { QuestionCircleOutlined } from '@ant-design/icons'
import { Button, Popover } from 'antd'
import { useText } from '../shell/text'
import { capOf, keys } from './keys'

/** The desk's keys. */
export function Help({ open, onOpen }: { open: boolean; onOpen: (open: boolean) => void }) {
  const t = useText('desk')
  const cap = (key: string) => <kbd key={key} className="desk-cap">{key === ' ' ? t('key.space') : capOf(key)}</kbd>
  return (
    <Popover trigger="click" open={open} onOpenChange={onOpen} placement="bottomRight" title={t('key.title')}
      content={<>
        <table className="desk-keys">
          <thead><tr><th>{t('key.deed')}</th><th>{t('key.letters')}</th><th>{t('key.everywhere')}</th></tr></thead>
          <tbody>
            {keys.map((k) => <tr key={k.deed}><td>{t(`key.${k.deed}`)}</td><td>{k.letters.map(cap)}</td><td>{k.everywhere.map(cap)}</td></tr>)}
          </tbody>
        </table>
        <p className="desk-dim">{t('key.leave')}</p>
      </>}
    >
      <Button icon={<QuestionCircleOutlined />} aria-label={t('key.title')} data-testid="help" />
    </Popover>
  )
}
