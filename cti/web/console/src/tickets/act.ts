import { useQueryClient } from '@tanstack/react-query'
import { api, ask } from '../api/client'
import type { Order, Ticket } from './orders'

/** Gives an order about a ticket, and has everything that shows it read anew. */
export function useOrder(): (ticket: Ticket, order: Order, said: Record<string, unknown>) => Promise<Ticket> {
  const queries = useQueryClient()
  return async (ticket, order, said) => {
    const after = await ask(api.POST('/api/v1/tickets/{id}/orders', { params: { path: { id: ticket.id } }, body: { order, said } }))
    await queries.invalidateQueries({ queryKey: ['tickets'] })
    return after
  }
}
