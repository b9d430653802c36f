import {
  CheckCircleFilled, ClockCircleFilled, CustomerServiceOutlined, EditFilled, PauseCircleFilled, PhoneFilled, PoweroffOutlined,
} from '@ant-design/icons'
import type { ReactNode } from 'react'
import { lengthOf } from '../parts/time'
import { useText } from '../shell/text'
import { useClock } from './clock'
import type { AgentState } from './wire'

const icons: Record<string, ReactNode> = {
  LoggedOff: <PoweroffOutlined />, Ready: <CheckCircleFilled />, Reserved: <PhoneFilled />, Ringing: <PhoneFilled />,
  Talking: <CustomerServiceOutlined />, WrapUp: <EditFilled />, Paused: <PauseCircleFilled />,
}

/** The agent's own state: a word, a sign and a colour that say the same, since when, and why. */
export function OwnState({ agent, skew }: { agent: AgentState | null; skew: number }) {
  const t = useText('desk')
  const now = useClock(skew)
  const state = agent?.state ?? 'LoggedOff'
  const left = agent?.until ? Date.parse(agent.until) - now : null
  const reason = agent?.reason ? t(`because.${agent.reason}`, { defaultValue: agent.reason }) : ''
  return (
    <div className="desk-state" data-state={state} data-testid="own-state">
      <span className="desk-state-icon" aria-hidden>{icons[state] ?? <ClockCircleFilled />}</span>
      <span className="desk-state-words">
        <strong role="status">{t(`shell:state.${state}`, { defaultValue: state })}</strong>
        <span className="desk-state-since tabular">
          {agent && (left !== null
            ? t('left', { time: lengthOf(Math.max(0, left) + 999) })
            : lengthOf(now - Date.parse(agent.since)))}
          {reason && state !== 'Talking' && <span className="desk-state-reason"> · {reason}</span>}
        </span>
      </span>
    </div>
  )
}
