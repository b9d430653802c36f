import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Checkbox, Flex, Input, Table, Tag } from 'antd'
import { useState } from 'react'
import { api, ask, type Schema } from '../../api/client'
import { useDo } from '../../parts/problem'
import { Moment } from '../../parts/time'
import { useRole } from '../../shell/me'
import { useText } from '../../shell/text'
import { Letter } from './letter'
import { Section } from './section'

type DeadLetter = Schema<'DeadLetter'>

/** Facts of which no rows could be made. */
export function DeadLetters() {
  const t = useText('workshop')
  const client = useQueryClient()
  const { modal, notification } = App.useApp()
  const may = useRole('administrator')
  const [all, setAll] = useState(false)
  const [shown, setShown] = useState<DeadLetter | null>(null)
  const letters = useQuery({ queryKey: ['dead-letters', all], queryFn: () => ask(api.GET('/api/v1/dead-letters', { params: { query: { all } } })) })
  const renew = () => client.invalidateQueries({ queryKey: ['dead-letters'] })
  const path = (d: DeadLetter) => ({ path: { journal: d.journal, position: d.position } })
  const [retry] = useDo(async (d: DeadLetter) => {
    const { outcome } = await ask(api.POST('/api/v1/dead-letters/{journal}/{position}/retry', { params: path(d) }))
    await renew()
    notification.info({ title: outcome })
  })
  const [close] = useDo(async (d: DeadLetter, reason: string) => {
    await ask(api.POST('/api/v1/dead-letters/{journal}/{position}/close', { params: path(d), body: { reason } }))
    await renew()
  })
  function askClose(d: DeadLetter) {
    let reason = ''
    modal.confirm({
      title: t('health.closeAsk'),
      content: <Input aria-label={t('shell:reason')} placeholder={t('shell:reason')} maxLength={160} onChange={(e) => (reason = e.target.value)} />,
      onOk: async () => {
        if (!(await close(d, reason))) throw new Error('not closed') // stays open
      },
    })
  }
  return (
    <Section title={t('health.letters')} error={letters.error} onRetry={() => void letters.refetch()} extra={<Checkbox checked={all} onChange={(e) => setAll(e.target.checked)}>{t('health.alsoClosed')}</Checkbox>}>
      <Table<DeadLetter> size="small" rowKey={(d) => `${d.journal}/${d.position}`} loading={letters.isLoading} dataSource={letters.data?.dead_letters ?? []} pagination={{ pageSize: 20, hideOnSinglePage: true }} scroll={{ x: true }} locale={{ emptyText: t('health.noLetters') }} columns={[
        { title: t('health.place'), render: (_, d) => `${d.journal} ${d.position}` },
        { title: t('health.subject'), dataIndex: 'subject' },
        { title: t('health.error'), dataIndex: 'error', render: (e: string) => <span className="fine">{e}</span> },
        { title: t('versions.at'), dataIndex: 'died_at', render: (at: string) => <Moment at={at} /> },
        { title: t('health.outcome'), render: (_, d) => d.closed_at && <><Tag>{d.closed_by}</Tag> {d.outcome}</> },
        {
          title: t('actions'), render: (_, d) => (
            <Flex gap="small">
              <Button size="small" onClick={() => setShown(d)}>{t('look')}</Button>
              {may && !d.closed_at && <><Button size="small" onClick={() => void retry(d)}>{t('health.retry')}</Button><Button size="small" danger onClick={() => askClose(d)}>{t('health.close')}</Button></>}
            </Flex>
          ),
        },
      ]} />
      {shown && <Letter letter={shown} onClose={() => setShown(null)} />}
    </Section>
  )
}
