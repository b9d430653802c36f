import { api, ask, type Schema } from '../api/client'
import { useDo } from '../parts/problem'
import { useMe } from '../shell/me'

export type Verb = Schema<'OrderInputBody'>['verb']

/** What goes with an order. */
export type With = Omit<Schema<'OrderInputBody'>, 'verb'>

export type Order = (verb: Verb, more?: With) => Promise<boolean>

/** How long an order may take, in ms: who has given it looks at the call meanwhile, and gives another. */
const orderTime = 5_000

/** Gives an order to an agent; one that does not come through is given up. */
export function giveOrder(agent: string, body: Schema<'OrderInputBody'>): Promise<unknown> {
  return ask(api.POST('/api/v1/agents/{agent}/orders', { params: { path: { agent } }, body, signal: AbortSignal.timeout(orderTime) }))
}

/**
 * Gives orders for the agent's own phone and the call that he sees there, one at a time; what
 * came of it is told live. An order that comes late is not to be about the next caller.
 */
export function useOrder(call?: string): [Order, boolean] {
  const me = useMe()
  return useDo((verb: Verb, more: With = {}) => giveOrder(me.number, { verb, ...(call && { call }), ...more }))
}
