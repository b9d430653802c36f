import { Alert, Button, Card, Descriptions, Flex, Space, Tag, Typography } from 'antd'
import { useState } from 'react'
import { Moment } from '../parts/time'
import { useDo } from '../parts/problem'
import { useText } from '../shell/text'
import { proofOf, type CallProof } from './api'
import type { CallRecord } from './timeline'

/** Shows that the record is as it was sealed, once somebody wants to know. */
export function Proof({ record }: { record: CallRecord }) {
  const t = useText('calls')
  const [proof, setProof] = useState<CallProof>()
  const [verify, busy] = useDo(async () => setProof(await proofOf(record.id)))
  return (
    <Card
      size="small" title={<h2 className="card-title">{t('proof')}</h2>}
      extra={<Button type="primary" size="small" loading={busy} disabled={!record.ended_at} onClick={() => void verify()}>{t('verify')}</Button>}
    >
      <div aria-live="polite">
        {proof ? <Verdict proof={proof} /> : <Sealed record={record} />}
      </div>
    </Card>
  )
}

function Sealed({ record }: { record: CallRecord }) {
  const t = useText('calls')
  if (!record.ended_at) return <Typography.Text type="secondary">{t('sealedOnEnd')}</Typography.Text>
  return (
    <Flex vertical gap="small">
      <Typography.Text type="secondary">{t('proofHelp')}</Typography.Text>
      <Hashes hash={record.hash} prev={record.prev_hash} />
    </Flex>
  )
}

function Hashes({ hash, prev }: { hash?: string | null; prev?: string | null }) {
  const t = useText('calls')
  const code = (text?: string | null) => (text ? <Typography.Text code copyable style={{ wordBreak: 'break-all' }}>{text}</Typography.Text> : '–')
  return <Descriptions size="small" column={1} items={[{ key: 'hash', label: t('hash'), children: code(hash) }, { key: 'prev', label: t('prevHash'), children: code(prev) }]} />
}

function Verdict({ proof: p }: { proof: CallProof }) {
  const t = useText('calls')
  const kind = p.verdict === 'good' ? 'success' : p.verdict === 'erased' ? 'info' : 'error'
  const problems = [...(p.faults ?? []).map((f) => (f.n ? `${t('seal')} ${f.n}: ${f.problem}` : f.problem)), ...(p.witness.altered ? [p.witness.altered] : [])]
  return (
    <Flex vertical gap="small">
      <Alert type={kind} showIcon title={t(`verdict.${p.verdict}`)} description={problems.length > 0 && <span className="lines">{t('problems')}:{'\n'}{problems.join('\n')}</span>} />
      <Space wrap>{t('checkedAt')} <Moment at={p.checked_at} />{p.recordings > 0 && <Tag>{t('files', { n: p.recordings })}</Tag>}</Space>
      {(p.seals ?? []).map((s) => (
        <div key={s.n}>
          <Space wrap><strong>{t('seal')} {s.n}</strong>{t(`sealOf.${s.of}`)}<Tag color={s.good ? 'green' : 'red'}>{t('fits')}: {t(s.good ? 'yes' : 'no')}</Tag></Space>
          <Hashes hash={s.hash} prev={s.prev_hash} />
        </div>
      ))}
      <Descriptions size="small" column={1} items={[
        { key: 'head', label: t('head'), children: <Space wrap>{t('headText', { n: p.head.n })}<Typography.Text code style={{ wordBreak: 'break-all' }}>{p.head.hash}</Typography.Text></Space> },
        { key: 'witness', label: t('witness'), children: <Witness proof={p} /> },
      ]} />
    </Flex>
  )
}

function Witness({ proof: { witness: w } }: { proof: CallProof }) {
  const t = useText('calls')
  if (w.names.length === 0) return <>{t('noWitness')}</>
  return (
    <Space wrap>
      {w.names.join(', ')}
      <Tag color={w.covered ? 'green' : 'orange'}>{w.covered && w.at ? t('covered', { seals: w.seals, at: new Date(w.at).toLocaleString() }) : t('notCovered')}</Tag>
      {w.late && t('witnessLate', { why: w.late })}
    </Space>
  )
}
