import { Alert, Button, Flex } from 'antd'
import { useText } from '../../shell/text'
import type { Fault } from '../draft/fault'
import type { Finding } from './check'
import { exitText } from './node'

/** What is wrong with the drawing, each with the way to its node; then what the server says. */
export function Findings({ findings, faults, onChoose }: { findings: Finding[]; faults: Fault[]; onChoose: (node: string) => void }) {
  const t = useText('workshop')
  if (findings.length === 0 && faults.length === 0) return <Alert type="success" showIcon title={t('finding.none')} />
  return (
    <Flex vertical gap="small">
      {findings.map((f, i) => (
        <Alert key={i} type={f.level === 'error' ? 'error' : 'info'} showIcon
          title={t(`finding.${f.code}`, { node: f.node, to: f.to, way: f.way?.join(' → '), exit: f.exit && exitText(t, f.exit), field: f.field && t(`nodeField.${f.field}`) })}
          action={f.node && <Button size="small" onClick={() => onChoose(f.node!)}>{t('finding.go')}</Button>} />
      ))}
      {faults.map((f) => <Alert key={f.place + f.text} type="error" title={t('finding.server')} description={`${f.place.replace(/^hotline\.flows\[\d+\]\.?/, '')}: ${f.text}`} />)}
    </Flex>
  )
}
