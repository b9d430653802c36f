import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { App } from 'antd'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { MeContext } from '../shell/me'
import { setLanguage } from '../shell/text'
import { Listen } from './listen'
import type { MessageTicket } from './standing'
import './text'

window.matchMedia ??= (media: string) => ({ media, matches: false, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList
globalThis.ResizeObserver ??= class { observe() {} unobserve() {} disconnect() {} }

beforeEach(() => setLanguage('en'))
afterEach(cleanup)

function show(taken_by: string) {
  const ticket = { call: 'c1', message: { left_at: '2026-03-02T08:00:00Z', taken_by } } as unknown as MessageTicket
  render(<App><MeContext value={{ number: '1001', company: 'demo', role: 'agent' } as never}><Listen ticket={ticket} /></MeContext></App>)
  fireEvent.click(screen.getByRole('button'))
}

const source = () => document.querySelector('audio')?.getAttribute('src')

it('plays a message to who has taken it', () => {
  show('1001')
  expect(source()).toBe('/api/v1/messages/c1/sound')
})

it('asks others why, and fetches nothing before', async () => {
  show('1002')
  expect(source()).toBeUndefined()
  fireEvent.change(await screen.findByLabelText(/Why you listen/), { target: { value: 'he has called again' } })
  fireEvent.click(screen.getByRole('button', { name: 'OK' }))
  await waitFor(() => expect(source()).toBe('/api/v1/messages/c1/sound?reason=he%20has%20called%20again'))
})
