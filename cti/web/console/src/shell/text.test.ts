import { afterEach, beforeEach, expect, it, vi } from 'vitest'

beforeEach(() => vi.resetModules())
afterEach(() => localStorage.clear())

it.each(['zh', 'en'])('is read aloud in the language that it is written in: %s', async (lng) => {
  document.documentElement.lang = ''
  localStorage.setItem('sansheng-language', lng)
  await import('./text')
  expect(document.documentElement.lang).toBe(lng)
})
