import { Link } from 'react-router'
import { useRole } from '../shell/me'

/** A call, with the way to its story for those who may read it. */
export function CallLink({ call }: { call: string }) {
  const may = useRole('agent', 'shift_leader', 'operator', 'administrator', 'finance', 'auditor')
  return may ? <Link to={`/calls/${encodeURIComponent(call)}`} className="tabular">{call}</Link> : <span className="tabular">{call}</span>
}
