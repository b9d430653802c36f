import { Card, Descriptions, Empty, Space, Tag, Typography } from 'antd'
import dayjs from 'dayjs'
import { language, useText } from '../shell/text'
import { labelOf, useForms, type Form } from '../parts/forms'
import type { Ticket } from './orders'
import { changesOf, rowsOf, wordsOf, type Version } from './sheet'

/** The record sheet: as it was made final, and each amendment beside it. */
export function Sheet({ versions, ticket }: { versions: Version[]; ticket: Ticket }) {
  const t = useText('tickets')
  const forms = useForms(ticket.company)
  return (
    <Card size="small" title={<Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>{t('story.sheet')}</Typography.Title>}>
      {versions.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('story.noSheet')} />}
      <Space orientation="vertical" size="middle" style={{ width: '100%' }}>
        {versions.map((v, i) => <VersionView key={v.n} version={v} before={i > 0 ? versions[i - 1] : undefined} form={forms.kinds.find((f) => f.kind === v.kind)} />)}
      </Space>
    </Card>
  )
}

function VersionView({ version, before, form }: { version: Version; before?: Version; form?: Form }) {
  const t = useText('tickets')
  const lng = language()
  const what = t(version.reason !== undefined ? 'sheet.amendment' : version.final ? 'sheet.final' : 'sheet.draft')
  const changed = before && version.reason !== undefined ? changesOf(before.values, version.values) : []
  const ids = [...new Set([...rowsOf(version.values, form).map((r) => r.id), ...changed])]
  return (
    <section>
      <h3 style={{ margin: '0 0 4px', fontSize: 14 }}>{t('sheet.version', { what, by: version.by, at: dayjs(version.at).format('YYYY-MM-DD HH:mm') })}</h3>
      {version.reason !== undefined && <p style={{ margin: '0 0 4px' }}>{t('sheet.reason')}: {version.reason}</p>}
      <Descriptions size="small" bordered column={1} items={ids.map((id) => {
        const field = form?.fields.find((f) => f.id === id)
        return {
          key: id,
          label: <>{labelOf(field?.label, lng) || t(`sheetField.${id}`, { defaultValue: id })} {changed.includes(id) && <Tag color="warning">{t('sheet.changed')}</Tag>}</>,
          children: <span className="lines">{wordsOf(version.values[id], field, lng) || '–'}</span>,
        }
      })} />
    </section>
  )
}
