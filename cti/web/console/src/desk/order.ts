import { api, ask, type Schema } from '../api/client'
import { useDo } from '../parts/problem'
import { useMe } from '../shell/me'

export type Verb = Schema<'OrderInputBody'>['verb']

/** What goes with an order. */
export type With = Omit<Schema<'OrderInputBody'>, 'verb'>

export type Order = (verb: Verb, more?: With) => Promise<boolean>

/** Gives orders for the agent's own phone and caller, one at a time; what came of it is told live. */
export function useOrder(): [Order, boolean] {
  const me = useMe()
  return useDo((verb: Verb, more: With = {}) =>
    ask(api.POST('/api/v1/agents/{agent}/orders', { params: { path: { agent: me.number } }, body: { verb, ...more } })))
}
