import { Alert, Button, Modal, Typography } from 'antd'
import dayjs from 'dayjs'
import { useText } from '../shell/text'
import type { AccountLink } from './api'
import { addressOf } from './rules'

/** The one-time link of an account: shown once, to be copied. */
export function LinkShown({ link, onClose }: { link: AccountLink; onClose: () => void }) {
  const t = useText('people')
  return (
    <Modal
      open title={t('linkTitle', { number: link.number })} onCancel={onClose} mask={{ closable: false }}
      footer={<Button type="primary" onClick={onClose}>{t('shell:close')}</Button>}
    >
      <Alert type="warning" showIcon title={t('linkHint', { at: dayjs(link.until).format('YYYY-MM-DD HH:mm') })} />
      <Copied label={t('link')} text={addressOf(window.location.origin, link.token)} />
    </Modal>
  )
}

/** A text with a button that copies it. */
export function Copied({ label, text }: { label: string; text: string }) {
  const t = useText('people')
  return (
    <Typography.Paragraph style={{ marginTop: 12, wordBreak: 'break-all' }} copyable={{ text, tooltips: [t('copy'), t('copied')] }}>
      {label}: <Typography.Text code>{text}</Typography.Text>
    </Typography.Paragraph>
  )
}
