import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { App } from 'antd'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ProblemError } from '../api/client'
import { setLanguage } from '../shell/text'
import { Force } from './force'
import { order } from './orders'
import './text'

configure({ asyncUtilTimeout: 10_000 })

vi.mock('./orders', async (original) => ({ ...await original<typeof import('./orders')>(), order: vi.fn() }))

beforeEach(() => {
  setLanguage('en')
  vi.mocked(order).mockReset()
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {} }))
  globalThis.ResizeObserver ??= class { observe() {} unobserve() {} disconnect() {} }
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('the dialog stays with what was written where agents leave the list meanwhile, or refuse', async () => {
  vi.mocked(order).mockRejectedValueOnce(new ProblemError(409, 'Conflict', 'nobody else serves the emergency line')).mockResolvedValue({})
  const onDone = vi.fn()
  const page = (agents: string[]) => <App><Force agents={agents} queues={[]} onDone={onDone} /></App>
  const { rerender } = render(page(['1001']))
  fireEvent.click(screen.getByRole('button', { name: 'Pause' }))
  fireEvent.change(await screen.findByRole('combobox'), { target: { value: 'fire drill' } })
  rerender(page([]))
  fireEvent.click(screen.getByRole('button', { name: 'Order' }))
  expect(await screen.findByText(/nobody else serves/)).toBeTruthy()
  expect(screen.getByRole('combobox')).toHaveProperty('value', 'fire drill')
  expect(onDone).not.toHaveBeenCalled()
  await waitFor(() => screen.getByRole('button', { name: 'Order' })) // it is not loading any more
  fireEvent.click(screen.getByRole('button', { name: 'Order' }))
  await waitFor(() => expect(onDone).toHaveBeenCalledWith([]))
  expect(vi.mocked(order).mock.lastCall).toEqual(['1001', { verb: 'pause', reason: 'fire drill' }])
})
