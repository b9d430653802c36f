// Accounts as the API gives and takes them.
import { send } from '../api/client'

export type Role = 'agent' | 'shift_leader' | 'operator' | 'administrator' | 'finance' | 'auditor' | 'clerk'

export type Account = {
  number: string
  name?: string
  role: Role
  company: string
  department?: string
  /** The queues to which it is limited; all where there are none. */
  queues?: string[]
  /** Those of them that the configuration does not have. */
  unknown_queues?: string[]
  disabled: boolean
  /** Whether there is one; else a link is to set it. */
  password: boolean
  totp: boolean
  link_until?: string
}

export type AccountLink = { number: string; token: string; until: string }
export type Change = Partial<Pick<Account, 'name' | 'role' | 'company' | 'department' | 'queues' | 'disabled'>>
export type Fields = { number: string; name?: string; role: Role; company?: string; department?: string; queues?: string[] }
/** A queue to which accounts of its company may be limited. */
export type AccountQueue = { company: string; queue: string }
export type CodeSecret = { secret: string; uri: string }

const one = (number: string) => `/api/v1/accounts/${encodeURIComponent(number)}`

export const people = {
  list: () => send<{ accounts: Account[]; queues: AccountQueue[] }>('GET', '/api/v1/accounts'),
  add: (fields: Fields) => send<{ account: Account; link: AccountLink }>('POST', '/api/v1/accounts', fields),
  change: (number: string, change: Change) => send<Account>('PATCH', one(number), change),
  remove: (number: string) => send<void>('DELETE', one(number)),
  reset: (number: string) => send<AccountLink>('POST', `${one(number)}/reset`),
  codesOff: (number: string) => send<void>('DELETE', `${one(number)}/totp`),
}

export const mine = {
  read: () => send<{ number: string; totp: boolean }>('GET', '/api/v1/me'),
  password: (old: string, password: string) => send<{ number: string }>('POST', '/api/v1/me/password', { old, password }),
  linked: (token: string, password: string) => send<{ number: string }>('POST', '/api/v1/password', { token, password }),
  beginCodes: (password: string) => send<CodeSecret>('POST', '/api/v1/me/totp', { password }),
  confirmCodes: (code: string) => send<void>('POST', '/api/v1/me/totp/confirm', { code }),
  endCodes: (code: string) => send<void>('POST', '/api/v1/me/totp/off', { code }),
}
