import type { FormInstance } from 'antd'
import { ProblemError } from '../api/client'
import { fieldOf } from './card'

/** Puts what is wrong to its fields; false where it is about none of them. */
export function showFaults(form: FormInstance, error: unknown, names: string[]): boolean {
  if (!(error instanceof ProblemError)) return false
  const by = new Map<string, string[]>()
  for (const e of error.errors) {
    const name = fieldOf(e.location)
    if (!name || !names.includes(name)) return false
    by.set(name, [...(by.get(name) ?? []), e.message ?? ''])
  }
  form.setFields([...by].map(([name, errors]) => ({ name, errors })))
  return by.size > 0
}

export const cardNames = ['numbers', 'name', 'address', 'account', 'flags', 'note', 'reason', 'company']
