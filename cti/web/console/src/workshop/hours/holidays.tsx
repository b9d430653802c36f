import { UploadOutlined } from '@ant-design/icons'
import { App, Button, Card, Collapse, Table as Rows, Tag, Upload } from 'antd'
import { useRole } from '../../shell/me'
import { useText } from '../../shell/text'
import { useDraft, useDrafted } from '../draft/context'
import type { Holiday, Table } from '../plan'
import { readHolidays } from './ical'

/** Tables of public holidays, and another year's from a file. */
export function Holidays({ tables }: { tables: Table[] }) {
  const t = useText('workshop')
  const { notification } = App.useApp()
  const draft = useDraft()
  const { plan } = useDrafted()
  const may = useRole('administrator')
  const own = plan.holidays ?? []
  async function read(id: string, file: File) {
    const { days, faults } = readHolidays(await file.text())
    if (faults.length > 0 || days.length === 0) {
      notification.error({
        title: t('holidays.unread', { name: file.name }), duration: 0,
        description: faults.length > 0 ? <span className="lines">{faults.map((f) => f.replace(/(repeats|notWhole)$/, (code) => t(`holidays.fault.${code}`))).join('\n')}</span> : t('holidays.nothing'),
      })
      return
    }
    // Years of the file take the place of the table's; its other years stay.
    const years = new Set(days.map((d) => d.date.slice(0, 4)))
    const kept = tables.find((x) => x.id === id)?.days.filter((d) => !years.has(d.date.slice(0, 4))) ?? []
    const at = own.findIndex((x) => x.id === id)
    draft.put(['hotline', 'holidays', at < 0 ? own.length : at], { id, days: [...kept, ...days].sort((a, b) => a.date.localeCompare(b.date)) })
    notification.success({ title: t('holidays.read', { count: days.length, id }) })
  }
  return (
    <Card size="small" title={t('holidays.title')}>
      <Collapse items={tables.map((table) => ({
        key: table.id,
        label: <>{table.id} {!own.some((o) => o.id === table.id) && <Tag>{t('holidays.shipped')}</Tag>} {t('holidays.count', { count: table.days.length })}</>,
        extra: may && (
          <span role="presentation" onClick={(e) => e.stopPropagation()}>
            <Upload accept=".ics" showUploadList={false} beforeUpload={(file) => {
              void read(table.id, file)
              return false
            }}><Button size="small" icon={<UploadOutlined />}>{t('holidays.import')}</Button></Upload>
          </span>
        ),
        children: (
          <Rows<Holiday> size="small" rowKey={(h) => h.date} pagination={{ pageSize: 12, hideOnSinglePage: true }} dataSource={[...table.days].reverse()} columns={[
            { title: t('calendars.dates'), render: (_, h) => (h.until ? `${h.date} – ${h.until}` : h.date) },
            { title: t('calendars.dayName'), dataIndex: 'name' },
            { title: t('holidays.kind'), render: (_, h) => t(h.works ? 'calendars.kind.makeUp' : 'calendars.kind.holiday') },
          ]} />
        ),
      }))} />
    </Card>
  )
}
