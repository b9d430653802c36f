import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { setLanguage } from '../shell/text'
import type { Phone, PhoneState } from './phone'
import { Unusable } from './which'

afterEach(cleanup)

const phone = (state: Partial<PhoneState>) => ({ state: { kind: 'desk', registered: false, call: null, elsewhere: false, problem: null, ...state } }) as Phone

test('who has chosen a browser that cannot be a phone is told why, in his language', () => {
  setLanguage('zh')
  const { rerender } = render(<Unusable phone={phone({ problem: 'microphone' })} />)
  expect(screen.getByRole('alert').textContent).toBe('浏览器不能用作话机：没有麦克风权限，请在浏览器中允许')
  rerender(<Unusable phone={phone({ problem: 'Request Timeout' })} />)
  expect(screen.getByRole('alert').textContent).toContain('Request Timeout')
  rerender(<Unusable phone={phone({})} />)
  expect(screen.queryByRole('alert')).toBeNull()
  rerender(<Unusable phone={phone({ kind: 'browser', problem: 'microphone' })} />)
  expect(screen.queryByRole('alert')).toBeNull()
})
