import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { setLanguage } from '../shell/text'
import type { Attempt, FollowUp } from './attempt'
import type { Questions } from './question'
import { Say } from './say'
import './text'

const questions = {
  version: 1, opening: { zh: '您好', en: 'Hello' }, closing: { zh: '再见', en: 'Goodbye' }, calling: '', ring_seconds: 25, confirm_minutes: 10, day_most: 2,
  questions: [{ id: 'remark', type: 'text', ask: { zh: '还有什么意见？', en: 'Anything else?' }, optional: true }],
} satisfies Questions

beforeEach(() => {
  setLanguage('en')
  window.matchMedia ??= (media: string) => ({ media, matches: false, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList
  globalThis.ResizeObserver ??= class { observe() {} unobserve() {} disconnect() {} }
})
afterEach(cleanup)

it('keeps the answers while another outcome is looked at', () => {
  const attempt = { call: 'c1', agent: '1001', at: '2026-03-02T08:00:00Z', number: '138****0000', line: 'reached' } as Attempt
  render(<QueryClientProvider client={new QueryClient()}><Say f={{ id: 'f1', tickets: [] } as unknown as FollowUp} attempt={attempt} questions={questions} /></QueryClientProvider>)
  const remark = () => screen.getByRole('textbox', { name: /Anything else/, hidden: true })
  fireEvent.change(remark(), { target: { value: 'came late' } })
  const [talked, , dropped] = screen.getAllByRole('radio')
  fireEvent.click(dropped!)
  expect(screen.queryByRole('textbox', { name: /Anything else/ })).toBeNull()
  fireEvent.click(talked!)
  expect(remark()).toHaveProperty('value', 'came late')
})
