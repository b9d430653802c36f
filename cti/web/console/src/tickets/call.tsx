import { Link } from 'react-router'
import { useRole } from '../shell/me'

/** A call by the beginning of its id, with the way to its story for those who may read it. */
export function CallLink({ call }: { call: string }) {
  const may = useRole('agent', 'shift_leader', 'operator', 'administrator', 'finance', 'auditor')
  const short = call.length > 16 ? call.slice(0, 8) : call
  return may ? <Link to={`/calls/${encodeURIComponent(call)}`} className="tabular" title={call}>{short}</Link> : <span className="tabular" title={call}>{short}</span>
}
