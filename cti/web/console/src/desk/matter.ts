// A call's ticket as the desk acts on it.
import { api, ask, ProblemError, type Schema } from '../api/client'
import type { Form } from '../parts/forms'
import { spoken, ticketOf, type Said } from './sheet'

export type Ticket = Schema<'Ticket'>

/** The ticket that a call has made, null while the records do not have it. */
export async function findTicket(call: string, me: string): Promise<Ticket | null> {
  const list = await ask(api.GET('/api/v1/tickets', { params: { query: { call } } }))
  return ticketOf(call, list.tickets, me)
}

/** Whether another agent is responsible: his sheet is read, not written. */
export const isOthers = (ticket: Ticket, me: string): boolean => ticket.owner !== null && ticket.owner !== me

/** A ticket with what was done to it; whole for who is responsible, which is on record. */
export function readStory(ticket: Ticket, me: string, why: string): Promise<Schema<'TicketStory'>> {
  const query = ticket.owner === me ? { reveal: why } : {}
  return ask(api.GET('/api/v1/tickets/{id}', { params: { path: { id: ticket.id }, query } }))
}

/** Does something to a ticket. */
export function orderTicket(id: string, order: string, said: Record<string, unknown>): Promise<Ticket> {
  return ask(api.POST('/api/v1/tickets/{id}/orders', { params: { path: { id } }, body: { order, said } }))
}

/** Writes a sheet; final closes it. */
export function fill(id: string, said: Said, forms: Form[], final = false): Promise<Ticket> {
  const form = forms.find((f) => f.kind === said.kind)
  if (!form) throw new ProblemError(0, 'no form', said.kind)
  return orderTicket(id, 'fill', { kind: said.kind, said: spoken(form, said.values), ...(final ? { final } : {}) })
}
