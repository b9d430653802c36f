import { cleanup, render, screen } from '@testing-library/react'
import { App } from 'antd'
import { afterEach, expect, test, vi } from 'vitest'
import type { Phone, PhoneState } from '../phone/phone'
import { setLanguage } from '../shell/text'
import { Lost } from './lost'
import './text'

afterEach(cleanup)

/** Whether who has lost his browser's phone may give it back now. */
function mayGiveBack(call: PhoneState['call'], engaged: boolean): boolean {
  setLanguage('en')
  const phone = { state: { kind: 'browser', registered: false, call, elsewhere: false, problem: null }, choose: vi.fn() } as unknown as Phone
  render(<App><Lost agent={null} phone={phone} number="1004" engaged={engaged} /></App>)
  const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Use the desk phone' })
  cleanup()
  return !button.disabled
}

test('a lost phone is given back in no call: what its caller still hears would end', () => {
  expect(mayGiveBack(null, false)).toBe(true)
  expect(mayGiveBack(null, true)).toBe(false)
  expect(mayGiveBack({ direction: 'in', state: 'talking', peer: '', since: 0, muted: false }, false)).toBe(false)
})
