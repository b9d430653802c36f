import { Descriptions } from 'antd'
import { language, useText } from '../shell/text'
import type { Form } from '../parts/forms'
import { nameOf } from './sheet'
import type { Brief } from './wire'

/** What the receiver of a call is told before he answers and while he talks (requirement D1). */
export function BriefView({ brief, forms }: { brief?: Brief; forms: Form[] }) {
  const t = useText('desk')
  if (!brief) return null
  const sheet = brief.sheet ?? []
  return (
    <div className="desk-brief" data-testid="brief">
      <p>
        <strong>{brief.from ? t('brief.from', { from: brief.from }) : t('brief.flow')}</strong>
        {brief.from && <span> · {t(brief.consent ? 'brief.consent' : 'brief.noConsent')}</span>}
      </p>
      {brief.reason && <p className="lines">{t('brief.reason', { reason: brief.reason })}</p>}
      {sheet.length > 0 && (
        <Descriptions size="small" column={1} items={sheet.map((f, i) => ({
          key: i, label: nameOf(f.field, forms, language()), children: <span className="lines">{f.value}</span>,
        }))} />
      )}
    </div>
  )
}
