import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { App } from 'antd'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const post = vi.hoisted(() => vi.fn())
vi.mock('../api/client', async (original) => ({ ...await original<typeof import('../api/client')>(), api: { POST: post } }))

import { Login } from './login'
import './text'

const refusal = (kind: string) => ({
  error: { type: `urn:sansheng:problem:${kind}`, title: 'Unauthorized', status: 401, detail: kind },
  response: new Response(null, { status: 401 }),
})
const me = { number: '1001', role: 'agent', company: 'demo' }
const taken = { data: me, response: new Response(null, { status: 200 }) }

function show() {
  const onLogin = vi.fn()
  render(<App><Login why={null} onLogin={onLogin} /></App>)
  fireEvent.change(screen.getByLabelText(/^(Number|工号)/), { target: { value: '1001' } })
  fireEvent.change(screen.getByLabelText(/^(Password|密码)/), { target: { value: 'secret' } })
  const submit = () => fireEvent.click(document.querySelector('button[type=submit]')!)
  return { onLogin, submit }
}

const code = /^(One-time code|动态口令)/

describe('login', () => {
  beforeEach(() => {
    post.mockReset()
    vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {} }))
  })
  afterEach(cleanup)

  it('asks for no code where none is needed', async () => {
    post.mockResolvedValue(taken)
    const { onLogin, submit } = show()
    submit()
    await waitFor(() => expect(onLogin).toHaveBeenCalledWith(me))
    expect(post).toHaveBeenCalledWith('/api/v1/login', { body: { account: '1001', password: 'secret' } })
    expect(screen.queryByLabelText(code)).toBeNull()
  })

  it('asks for the code when the server does, and once more where it was wrong', async () => {
    post.mockResolvedValueOnce(refusal('code-needed')).mockResolvedValueOnce(refusal('bad-code')).mockResolvedValueOnce(taken)
    const { onLogin, submit } = show()
    submit()
    const field = await screen.findByLabelText<HTMLInputElement>(code)
    expect(screen.queryByRole('alert')).toBeNull()
    fireEvent.change(field, { target: { value: '123456' } })
    await waitFor(() => expect(document.querySelector<HTMLButtonElement>('button[type=submit]')!.disabled).toBe(false))
    submit()
    await waitFor(() => expect(post).toHaveBeenLastCalledWith('/api/v1/login', { body: { account: '1001', password: 'secret', code: '123456' } }))
    await screen.findByText('bad-code')
    expect(screen.getByLabelText<HTMLInputElement>(code).value).toBe('')
    fireEvent.change(screen.getByLabelText(code), { target: { value: '654321' } })
    await waitFor(() => expect(document.querySelector<HTMLButtonElement>('button[type=submit]')!.disabled).toBe(false))
    submit()
    await waitFor(() => expect(onLogin).toHaveBeenCalledWith(me))
  })
})
