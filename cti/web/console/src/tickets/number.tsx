import { Link } from 'react-router'

/** The beginning of a ticket's id, by which people tell it from others, with the way to it. */
export function TicketLink({ id }: { id: string }) {
  return <Link to={`/tickets/${encodeURIComponent(id)}`} className="tabular" title={id}>{id.slice(0, 8)}</Link>
}
