// What the server will hold against what people type, said before they send it.
import type { Account, AccountQueue, Change, Fields, Role } from './api'

export const roles: Role[] = ['agent', 'shift_leader', 'operator', 'administrator', 'finance', 'auditor', 'clerk']

/** The roles that somebody of a role may give. */
export function givable(role: string): Role[] {
  switch (role) {
    case 'administrator': return roles
    case 'operator': return ['agent', 'shift_leader', 'clerk']
  }
  return []
}

/** Whether accounts of a role may be limited to queues: who sees all companies may not. */
export const limitable = (role?: string) => role !== 'administrator' && role !== 'auditor'

/** The queues that may be chosen for a company's account: those that there are, and those that it has. */
export function choosable(queues: AccountQueue[], company: string | undefined, had: string[] = []): string[] {
  return [...new Set([...queues.filter((q) => q.company === company).map((q) => q.queue), ...had])].sort()
}

export const passwordLeast = 10

/** Whether a password is long enough, those letters not counted that are the account's number. */
export function longEnough(number: string, password: string): boolean {
  return [...(number ? password.replaceAll(number, '') : password)].length >= passwordLeast
}

/** The address of the page on which a link's owner sets his password. */
export function addressOf(origin: string, token: string): string {
  return `${origin}/reset#${token}`
}

/** The token in an address's fragment; empty where there is none. */
export function tokenOf(hash: string): string {
  const token = hash.replace(/^#/, '')
  return /^[A-Za-z0-9_-]{1,64}$/.test(token) ? token : ''
}

export type State = 'disabled' | 'inUse' | 'link' | 'none'

export function stateOf(a: Account, now: number): State {
  if (a.disabled) return 'disabled'
  if (a.password) return 'inUse'
  return a.link_until && Date.parse(a.link_until) > now ? 'link' : 'none'
}

/** What a form has made different; empty where nothing is. */
export function changeOf(before: Account, f: Omit<Fields, 'number'>): Change {
  const change: Change = {}
  const department = f.role === 'clerk' ? (f.department ?? '').trim() : ''
  if ((f.name ?? '').trim() !== (before.name ?? '')) change.name = (f.name ?? '').trim()
  if (f.role !== before.role) change.role = f.role
  if (f.company && f.company !== before.company) change.company = f.company
  if (department !== (before.department ?? '')) change.department = department
  const queues = limitable(f.role) ? [...(f.queues ?? [])].sort() : []
  if (queues.join() !== (before.queues ?? []).join()) change.queues = queues
  return change
}

/** What a form says of a new account, without what is empty. */
export function fieldsOf(f: Fields): Fields {
  const out: Fields = { number: f.number, role: f.role }
  if (f.name?.trim()) out.name = f.name.trim()
  if (f.company) out.company = f.company
  if (f.role === 'clerk' && f.department?.trim()) out.department = f.department.trim()
  if (limitable(f.role) && f.queues?.length) out.queues = f.queues
  return out
}

export type Wanted = { text: string; role: string; company: string; state: string }

/** The accounts that are looked for. */
export function found(accounts: Account[], want: Wanted, now: number): Account[] {
  const text = want.text.trim().toLowerCase()
  return accounts.filter((a) =>
    (!text || a.number.includes(text) || (a.name ?? '').toLowerCase().includes(text)) &&
    (!want.role || a.role === want.role) && (!want.company || a.company === want.company) &&
    (!want.state || stateOf(a, now) === want.state))
}

export function companiesOf(accounts: Account[]): string[] {
  return [...new Set(accounts.map((a) => a.company))].sort()
}
