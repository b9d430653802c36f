import { useSyncExternalStore } from 'react'

export type Shade = 'light' | 'dark'

const kept = 'sansheng-shade'
const listeners = new Set<() => void>()

function current(): Shade {
  const stored = localStorage.getItem(kept)
  if (stored === 'light' || stored === 'dark') return stored
  return window.matchMedia?.('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

export function setShade(shade: Shade) {
  localStorage.setItem(kept, shade)
  document.documentElement.dataset.shade = shade
  listeners.forEach((listen) => listen())
}

export function useShade(): Shade {
  return useSyncExternalStore((listen) => {
    listeners.add(listen)
    return () => listeners.delete(listen)
  }, current)
}

// Styles go by it from the first moment on.
document.documentElement.dataset.shade = current()
