import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { App } from 'antd'
import { MemoryRouter, useLocation } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { setLanguage } from '../shell/text'
import Reset from './reset'

const fetched = vi.fn()

function Here() {
  const { pathname, hash } = useLocation()
  return <output>{pathname + hash}</output>
}

function show(address: string) {
  render(<App><MemoryRouter initialEntries={[address]}><Reset /><Here /></MemoryRouter></App>)
}

function type(first: string, second: string) {
  fireEvent.change(screen.getByLabelText('New password'), { target: { value: first } })
  fireEvent.change(screen.getByLabelText('Once more'), { target: { value: second } })
  fireEvent.click(screen.getByRole('button', { name: 'Set' }))
}

describe('reset', () => {
  beforeEach(() => {
    setLanguage('en')
    fetched.mockReset()
    vi.stubGlobal('fetch', fetched)
    vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {} }))
  })
  afterEach(cleanup)

  it('sets the password with the token, which leaves the address', async () => {
    fetched.mockResolvedValue(new Response('{"number":"1011"}', { status: 200 }))
    show('/reset#ABC234')
    await waitFor(() => expect(screen.getByRole('status').textContent).toBe('/reset'))
    type('correct horse', 'correct horse')
    await screen.findByText(/1011/)
    const [path, init] = fetched.mock.calls[0] as [string, RequestInit]
    expect([path, init.method, init.body]).toEqual(['/api/v1/password', 'POST', '{"token":"ABC234","password":"correct horse"}'])
  })

  it('sends nothing that is too short or not the same twice', async () => {
    show('/reset#ABC234')
    type('short', 'other')
    await screen.findByText('The two differ')
    expect(fetched).not.toHaveBeenCalled()
  })

  it('says why a link does not serve', async () => {
    fetched.mockResolvedValue(new Response('{"type":"urn:sansheng:problem:bad-link","detail":"this link was used"}', { status: 410 }))
    show('/reset#ABC234')
    type('correct horse', 'correct horse')
    await screen.findByText('this link was used')
  })

  it('asks for no password without a token', () => {
    show('/reset')
    expect(screen.queryByLabelText('New password')).toBeNull()
  })
})
