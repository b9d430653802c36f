import { createContext, useContext, type ReactNode } from 'react'
import type { Phone } from './phone'

const PhoneContext = createContext<Phone | null>(null)

/** Keeps the browser's phone for all pages. */
export function PhoneProvider({ children }: { children: ReactNode }) {
  return children
}

/** The phone of who is logged in; null for those who have none. */
export function usePhone(): Phone | null {
  return useContext(PhoneContext)
}
