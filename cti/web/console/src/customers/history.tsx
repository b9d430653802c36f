import { Empty, Timeline, Typography } from 'antd'
import type { Schema } from '../api/client'
import { Moment } from '../parts/time'
import { useText } from '../shell/text'
import { Flags } from './page'

/** Who has changed what of a customer, and why; the newest first. */
export function History({ changes }: { changes: Schema<'CustomerChange'>[] }) {
  const t = useText('customers')
  if (changes.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('history.none')} />
  return (
    <Timeline items={[...changes].reverse().map((c) => ({
      key: `${c.customer}/${c.version}`,
      content: (
        <>
          <div><strong>{t(`history.what.${c.what}`, { defaultValue: c.what })}</strong> <Typography.Text type="secondary">{c.by} · <Moment at={c.at} /> · {t('field.version')} {c.version}</Typography.Text></div>
          <div>{t('history.why')}: {c.why}</div>
          <div>{[c.card.name, (c.card.numbers ?? []).join(' '), c.card.address, c.card.account, c.card.note].filter(Boolean).join(' · ')} <Flags of={c.card.flags} /></div>
        </>
      ),
    }))} />
  )
}
