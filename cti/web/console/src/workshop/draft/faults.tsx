import { Alert } from 'antd'
import { Link } from 'react-router'
import { useText } from '../../shell/text'
import type { Plan } from '../plan'
import { linkOf, type Fault } from './fault'

/** What the server refuses, each with the way to its place. */
export function Faults({ faults, plan, onLeave }: { faults: Fault[]; plan: Plan; onLeave?: () => void }) {
  const t = useText('workshop')
  if (faults.length === 0) return null
  return (
    <Alert type="error" showIcon role="alert" title={t('faults.title', { count: faults.length })} description={
      <ul>
        {faults.map((f, i) => (
          <li key={i}>
            <Link to={linkOf(f.place, plan, f.line)} onClick={onLeave}>{f.place || t('faults.line', { line: f.line })}</Link>: {f.text}
          </li>
        ))}
      </ul>
    } />
  )
}
