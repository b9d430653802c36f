import { act, renderHook } from '@testing-library/react'
import { expect, it } from 'vitest'
import { useSituation } from './situation'
import { notedOf } from './steps'
import type { LiveCall } from './wire'

const at = Date.parse('2026-03-02T08:00:00Z')
const talk = (more: Partial<LiveCall> = {}): LiveCall => ({
  call: 'c1', company: 'demo', did: '800100', caller: '13800000000', direction: 'inbound', state: 'talking', emergency: false,
  started_at: '2026-03-02T08:00:00Z', ring_ms: 5_000, recording: true, recording_paused: false, ...more,
})
const lingers = talk({ lingers_since: '2026-03-02T08:00:00Z' })

it('takes times by this machine’s clock', () => {
  expect(notedOf(lingers, 0)).toEqual({ situation: 'linger', at })
  expect(notedOf(talk({ silent_since: '2026-03-02T08:00:00Z' }), 2_000)).toEqual({ situation: 'silent', at: at - 2_000 })
  expect(notedOf(talk(), 0)).toBeNull()
})

it('ends what was chosen once the caller is heard again, and goes by the hotline’s time meanwhile', () => {
  const { result, rerender } = renderHook(({ call }) => useSituation('c1', call, 0), { initialProps: { call: talk() } })
  act(() => result.current[1]({ situation: 'linger', at: at + 300 }))
  expect(result.current[0]).toEqual({ situation: 'linger', at: at + 300 })
  rerender({ call: lingers })
  expect(result.current[0]).toEqual({ situation: 'linger', at })
  rerender({ call: talk() })
  expect(result.current[0]).toBeNull()
})

it('lets the agent choose another situation than the one that is noted', () => {
  const { result, rerender } = renderHook(({ call }) => useSituation('c1', call, 0), { initialProps: { call: lingers } })
  act(() => result.current[1]({ situation: 'audio', at }))
  rerender({ call: talk() })
  expect(result.current[0]).toEqual({ situation: 'audio', at })
})
