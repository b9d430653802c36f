import { Alert, Button, Space } from 'antd'
import { useDo } from '../parts/problem'
import type { Phone } from '../phone/phone'
import { problemOf } from '../phone/text'
import { useText } from '../shell/text'
import type { AgentState } from './wire'

/** Whether the agent's phone cannot be rung: by its own word, or by the hotline's. */
export function lostOf(agent: AgentState | null, phone: Phone | null): boolean {
  if (phone?.state.kind === 'browser' && (!phone.state.registered || phone.state.problem !== null)) return true
  return agent?.reachable === false
}

/** Says at once that the phone is lost, and what to do. */
export function Lost({ agent, phone, number, engaged }: { agent: AgentState | null; phone: Phone | null; number: string; engaged: boolean }) {
  const t = useText('desk')
  const [choose, choosing] = useDo(async () => phone?.choose('desk'))
  if (!lostOf(agent, phone)) return null
  const browser = phone?.state.kind === 'browser'
  return (
    <Alert
      type="error" className="desk-lost" showIcon role="alert" data-testid="phone-lost" title={t('lost.title')}
      description={<>
        {t('lost.effect')} {t(browser ? 'lost.browser' : 'lost.desk', { number })}
        {browser && phone.state.problem && <><br />{t('lost.says', { problem: problemOf(t, phone.state.problem) })}</>}
      </>}
      action={browser && !phone.state.elsewhere && (
        <Space orientation="vertical">
          <Button size="small" onClick={() => location.reload()}>{t('lost.reload')}</Button>
          {/* In a call the sound may flow all the same, and would end with this phone. */}
          <Button size="small" loading={choosing} disabled={engaged || phone.state.call !== null} onClick={() => void choose()}>{t('lost.toDesk')}</Button>
        </Space>
      )}
    />
  )
}
