import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react'
import { api, ask } from '../api/client'
import { useMe } from '../shell/me'
import { BrowserPhone, type Exchange } from './browser'
import { othersOf } from './others'
import type { Phone } from './phone'
import { inTurn } from './turn'

const PhoneContext = createContext<BrowserPhone | null>(null)

/**
 * Keeps the browser's phone for all pages: a call goes on while one looks elsewhere. Agents
 * have one, and leaders to whom the plan gives one. Where his login has ended it is closing:
 * the talk goes on, and nothing is rung after it.
 */
export function PhoneProvider({ closing = false, children }: { closing?: boolean; children: ReactNode }) {
  const { number, phone: has } = useMe()
  const [phone] = useState(() => (has ? new BrowserPhone(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/sip`, exchangeOf(number)) : null))
  const talks = useSyncExternalStore(phone?.subscribe ?? nothing, () => phone?.state.call?.state === 'talking')
  const lives = !closing || talks
  useEffect(() => {
    if (!phone || !lives) return
    // In one page only: a second one would take the call away from the first.
    const apart = phone.meet(othersOf(number))
    const over = inTurn(`phone ${number}`, {
      begin: () => void phone.begin().catch(() => undefined), // the desk shows that the phone is not registered
      wait: () => phone.wait(),
      end: () => phone.end(),
    })
    return () => {
      over()
      apart()
    }
  }, [phone, lives, number])
  return <PhoneContext value={phone}>{children}</PhoneContext>
}

function exchangeOf(agent: string): Exchange {
  const params = { path: { agent } }
  return {
    kind: async () => (await ask(api.GET('/api/v1/agents/{agent}/phone', { params }))).kind,
    choose: async (kind) => {
      const chosen = await ask(api.PUT('/api/v1/agents/{agent}/phone', { params, body: { kind } }))
      return chosen.user && chosen.domain && chosen.password ? { user: chosen.user, domain: chosen.domain, password: chosen.password } : null
    },
    // Refused where he is in no call, which is as good.
    reconnect: () => api.POST('/api/v1/agents/{agent}/orders', { params, body: { verb: 'reconnect' } }).then(({ response }) => response.ok, () => false),
  }
}

const nothing = () => () => undefined

/** The phone of who is logged in, anew whenever its state changes; null for those who have none. */
export function usePhone(): Phone | null {
  const phone = useContext(PhoneContext)
  useSyncExternalStore(phone?.subscribe ?? nothing, () => phone?.state ?? null)
  return phone
}
