import { createContext, useContext } from 'react'
import type { Schema } from '../api/client'

export type Me = Schema<'Me'>
export type Role = Me['role']

export const MeContext = createContext<Me | null>(null)

/** Who is logged in; pages are shown to nobody else. */
export function useMe(): Me {
  const me = useContext(MeContext)
  if (!me) throw new Error('nobody is logged in')
  return me
}

/** Whether his role is one of those. The server decides; this only hides what it would refuse. */
export function useRole(...roles: string[]): boolean {
  return roles.includes(useMe().role)
}
