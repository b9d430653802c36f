// What has a page of its own, for tests that look at all pages.
import { until, type Stack } from './stack'
import type { Visit } from './visit'

/** Their ids, by the names that stand in paths. */
export type Things = Record<'call' | 'ticket' | 'customer', string>

/** Finds a call and its ticket that are on record soon, and makes a customer. */
export async function thingsOf(stack: Stack): Promise<Things> {
  const things: Things = { call: '', ticket: '', customer: '' }
  await until(async () => {
    const { calls } = await stack.get<{ calls: { id: string }[] }>('9001', '/api/v1/calls')
    const { tickets } = await stack.get<{ tickets: { id: string }[] }>('9001', '/api/v1/tickets')
    things.call = calls[0]?.id ?? ''
    things.ticket = tickets[0]?.id ?? ''
    return things.call !== '' && things.ticket !== ''
  }, 20_000, 'the call is on record and has its ticket')
  const customer = { company: 'demo', name: '王伟', numbers: ['13800138000'], reason: 'the first call' }
  things.customer = (await stack.post<{ id: string }>('9001', '/api/v1/customers', customer)).id
  return things
}

/** The address of a visit. */
export function addressOf({ path }: Visit, things: Things): string {
  return path.replace(/:(call|ticket|customer)\b/, (_, name: keyof Things) => encodeURIComponent(things[name]))
}
