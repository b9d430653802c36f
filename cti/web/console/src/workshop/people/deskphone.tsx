import { Alert, Descriptions, Drawer, Typography } from 'antd'
import { useText } from '../../shell/text'
import { useDrafted } from '../draft/context'
import type { Agent } from '../plan'
import { phoneAddress } from './address'

const codes = ['*11', '*10', '*12', '*2', '*3', '*4', '*1', '*6'] as const

/** What is to be typed into an agent's desk phone or softphone. */
export function DeskPhone({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const t = useText('workshop')
  const { config } = useDrafted()
  const { server, port, file, foreign } = phoneAddress(config, location.hostname)
  const copied = (text: string) => <Typography.Text copyable>{text}</Typography.Text>
  return (
    <Drawer open size={560} title={t('phone.title', { agent: agent.id })} onClose={onClose}>
      {agent.webrtc && <Alert type="warning" showIcon style={{ marginBottom: 12 }} title={t('phone.webrtc')} />}
      {foreign && <Alert type="info" showIcon style={{ marginBottom: 12 }} title={t('phone.foreign')} />}
      <Descriptions bordered size="small" column={1} items={[
        { key: 'server', label: t('phone.server'), children: copied(server) },
        { key: 'port', label: t('phone.port'), children: copied(String(port)) },
        { key: 'transport', label: t('phone.transport'), children: 'UDP / TCP' },
        { key: 'user', label: t('phone.user'), children: copied(agent.id) },
        { key: 'auth', label: t('phone.auth'), children: copied(agent.id) },
        { key: 'name', label: t('phone.display'), children: agent.name ?? agent.id },
        { key: 'password', label: t('phone.password'), children: <>{t('phone.passwordFrom')} {copied(file)}</> },
        { key: 'codec', label: t('phone.codec'), children: 'G.711 A-law, µ-law' },
        { key: 'dtmf', label: t('phone.dtmf'), children: 'RFC 4733 (RFC 2833)' },
      ]} />
      <Typography.Paragraph type="secondary" style={{ marginTop: 12 }}>{t('phone.hint')}</Typography.Paragraph>
      <Typography.Title level={5}>{t('phone.codes')}</Typography.Title>
      <Descriptions size="small" column={1} items={codes.map((c) => ({ key: c, label: c, children: t(`phone.code.${c.slice(1)}`) }))} />
    </Drawer>
  )
}
