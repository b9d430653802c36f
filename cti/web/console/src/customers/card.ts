// A customer's card as it is written: what was changed of it, and what its search asks for.
import type { Schema } from '../api/client'

export type Customer = Schema<'Customer'>
export type Written = { numbers?: string; name?: string; address?: string; account?: string; flags?: string[]; note?: string }
export type Edit = Omit<Schema<'ChangeCustomerInputBody'>, 'version' | 'reason'>

export const flags = ['vip', 'do_not_call', 'no_survey', 'in_need']

const texts = ['name', 'address', 'account', 'note'] as const

/** Numbers as they are written, one a line, or with commas between. */
export function numbersOf(text: string | undefined): string[] {
  return (text ?? '').split(/[\n,，;；、/]+/).map((n) => n.trim()).filter(Boolean)
}

/** What stands in the form at first. What is hidden is left out: asterisks are nobody's name. */
export function begun(c: Customer, whole: boolean): Written {
  if (!whole) return { flags: c.flags ?? [] }
  return { numbers: (c.numbers ?? []).join('\n'), name: c.name, address: c.address, account: c.account, note: c.note, flags: c.flags ?? [] }
}

/** What is sent: what is otherwise than it was; null where nothing is. */
export function edit(before: Written, after: Written): Edit | null {
  const e: Edit = {}
  for (const name of texts) {
    const text = (after[name] ?? '').trim()
    if (text !== (before[name] ?? '')) e[name] = text
  }
  const numbers = numbersOf(after.numbers)
  if (numbers.join() !== numbersOf(before.numbers).join()) e.numbers = numbers
  const set = (list?: string[]) => [...(list ?? [])].sort()
  if (set(after.flags).join() !== set(before.flags).join()) e.flags = set(after.flags)
  return Object.keys(e).length > 0 ? e : null
}

export type Search = { name?: string; address?: string; number?: string; account?: string; flag?: 'vip' | 'do_not_call' | 'no_survey' | 'in_need'; company?: string; after?: string }

/** What the address asks for. A number is read as people write it. */
export function search(params: URLSearchParams): Search {
  const s: Search = {}
  for (const name of ['name', 'address', 'account', 'company', 'after'] as const) {
    const text = params.get(name)?.trim()
    if (text) s[name] = text
  }
  const number = params.get('number')?.replace(/[\s()（）-]/g, '')
  if (number) s.number = number
  const flag = params.get('flag')
  if (flag && flags.includes(flag)) s.flag = flag as Search['flag']
  return s
}

/** Places of faults as the server tells them, as in body.numbers[1]: the field's name. */
export function fieldOf(location: string | undefined): string | undefined {
  return /^(?:body\.)?([a-z_]+)/.exec(location ?? '')?.[1]
}
