import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Frame } from './frame'
import { MeContext } from './me'
import { setLanguage } from './text'

const held = vi.hoisted(() => ({ phone: null as unknown }))
vi.mock('../live/bar', () => ({ LiveBar: () => null }))
vi.mock('../phone/bar', () => ({ PhoneBar: () => null }))
vi.mock('../phone/provider', () => ({ usePhone: () => held.phone }))
vi.mock('./pages', () => ({ pages: [] }))

beforeEach(() => {
  setLanguage('en')
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {} }))
  globalThis.ResizeObserver ??= class { observe() {} unobserve() {} disconnect() {} }
})
afterEach(() => {
  localStorage.clear()
  cleanup()
  vi.unstubAllGlobals()
})

function show() {
  const onLogout = vi.fn()
  render(
    <MeContext value={{ number: '1001', company: 'demo', role: 'agent' } as never}><MemoryRouter><Frame onLogout={onLogout}>page</Frame></MemoryRouter></MeContext>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Log out' }))
  return onLogout
}

it('asks who is in a call before it logs him out, which would hang up', async () => {
  held.phone = { state: { call: { state: 'talking' } } }
  const onLogout = show()
  await screen.findByText('You are in a call: logging out hangs up.')
  expect(onLogout).not.toHaveBeenCalled()
  fireEvent.click(screen.getAllByRole('button', { name: 'Log out' }).at(-1)!)
  expect(onLogout).toHaveBeenCalledTimes(1)
})

it('logs out at once who is in none', () => {
  held.phone = { state: { call: null } }
  expect(show()).toHaveBeenCalledTimes(1)
})

it('asks what becomes of a draft that the browser keeps', async () => {
  held.phone = null
  localStorage.setItem('sansheng-draft-1001', 'a draft')
  const kept = show()
  fireEvent.click(await screen.findByRole('button', { name: 'Keep it and log out' }))
  expect(kept).toHaveBeenCalledTimes(1)
  expect(localStorage.getItem('sansheng-draft-1001')).toBe('a draft')
  cleanup()
  const thrown = show()
  expect(thrown).not.toHaveBeenCalled()
  fireEvent.click(await screen.findByRole('button', { name: 'Throw it away and log out' }))
  expect(thrown).toHaveBeenCalledTimes(1)
  expect(localStorage.getItem('sansheng-draft-1001')).toBeNull()
})

it('asks nobody about the draft of another', () => {
  held.phone = null
  localStorage.setItem('sansheng-draft-1002', 'a draft')
  expect(show()).toHaveBeenCalledTimes(1)
})
