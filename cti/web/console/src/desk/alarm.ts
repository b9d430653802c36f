import { useEffect } from 'react'
import { bell } from './bell'

/** What is said of a ringing call outside of the page. */
export type Ring = {
  /** The call: it is told of once. */
  call: string
  title: string
  body: string
  /** How long one ring lasts, in ms. */
  period: number
  /** The ring tone is ours to make. */
  sounds: boolean
}

/** How often the title changes, in ms. */
const flash = 700

/** While a call rings: a tone, a flashing title, and a notification of the desktop's where the page is not seen. */
export function useAlarm(ring: Ring | null): void {
  const { call, title, body, period, sounds } = ring ?? { call: '', title: '', body: '', period: 0, sounds: false }
  useEffect(() => {
    if (!call || !sounds) return
    bell.start(period)
    return () => bell.stop()
  }, [call, period, sounds])
  useEffect(() => {
    if (!call) return
    const usual = document.title
    let on = true
    document.title = title
    const timer = setInterval(() => {
      on = !on
      document.title = on ? title : usual
    }, flash)
    return () => {
      clearInterval(timer)
      document.title = usual
    }
  }, [call, title])
  useEffect(() => {
    if (!call || document.hasFocus() || !('Notification' in window) || Notification.permission !== 'granted') return
    let shown: Notification
    try {
      shown = new Notification(title, { body, tag: call, requireInteraction: true })
    } catch {
      return // a browser that wants a service worker for it
    }
    shown.onclick = () => {
      window.focus()
      shown.close()
    }
    return () => shown.close()
  }, [call, title, body])
}
