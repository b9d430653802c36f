import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { App } from 'antd'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { MeContext, type Me } from '../shell/me'
import { setLanguage } from '../shell/text'

const post = vi.hoisted(() => vi.fn())
vi.mock('../api/client', async (original) => ({ ...await original<typeof import('../api/client')>(), api: { POST: post } }))

import { Amendments } from './amendments'
import type { CallRecord } from './timeline'
import './text'

beforeEach(() => {
  setLanguage('en')
  post.mockReset()
  window.matchMedia ??= (media: string) => ({ media, matches: false, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList
  globalThis.ResizeObserver ??= class { observe() {} unobserve() {} disconnect() {} }
})
afterEach(cleanup)

function show(role: Me['role'], more: object) {
  render(
    <MeContext value={{ number: '2001', role } as Me}><QueryClientProvider client={new QueryClient()}><App>
      <Amendments record={{ id: 'c1', ended_at: '2026-03-02T08:00:00Z', amendments: [], ...more } as unknown as CallRecord} />
    </App></QueryClientProvider></MeContext>,
  )
}

const asked = () => screen.queryByRole('button', { name: 'Amend' })

it('is offered to leaders, once the call has ended', () => {
  show('agent', {})
  expect(asked()).toBeNull()
  cleanup()
  show('shift_leader', { ended_at: null })
  expect(asked()).toBeNull()
})

it('sends what is right with its reason, and not without', async () => {
  post.mockResolvedValue({ response: new Response(null, { status: 202 }) })
  show('shift_leader', {})
  fireEvent.click(asked()!)
  const ok = await screen.findByRole('button', { name: 'OK' })
  fireEvent.change(screen.getByRole('textbox', { name: 'What is right' }), { target: { value: ' it was the meter ' } })
  expect(ok).toHaveProperty('disabled', true)
  fireEvent.change(screen.getByRole('textbox', { name: /Why/ }), { target: { value: 'typing error' } })
  expect(ok).toHaveProperty('disabled', false)
  fireEvent.click(ok)
  await waitFor(() => expect(post).toHaveBeenCalledWith('/api/v1/calls/{id}/amendments', { params: { path: { id: 'c1' } }, body: { reason: 'typing error', text: 'it was the meter' } }))
})
