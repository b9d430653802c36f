// Orders to agents, and by the phones that leaders listen by.
import type { Schema } from '../api/client'
import { giveOrder } from '../desk/order'

export type OrderBody = Schema<'OrderInputBody'>
export type Verb = OrderBody['verb']

export const order = giveOrder

/** What came of an order to several agents: those to whom it was not given, and why. */
export type Outcome = { done: string[]; failed: { agent: string; error: unknown }[] }

/** Gives an order to agents one after the other; one who refuses does not keep it from the others. */
export async function orderEach(agents: string[], give: (agent: string) => Promise<unknown>): Promise<Outcome> {
  const outcome: Outcome = { done: [], failed: [] }
  for (const agent of agents) {
    try {
      await give(agent)
      outcome.done.push(agent)
    } catch (error) {
      outcome.failed.push({ agent, error })
    }
  }
  return outcome
}
