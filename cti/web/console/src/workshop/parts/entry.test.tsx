import { act, cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { App, Form, Input } from 'antd'
import type { ReactNode } from 'react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { MeContext } from '../../shell/me'
import { setLanguage } from '../../shell/text'
import DocumentPage from '../document'
import { Draft, type Base } from '../draft/draft'
import type { Queue } from '../plan'
import '../text'
import { Entry } from './entry'

configure({ asyncUtilTimeout: 10_000 })

const held = vi.hoisted(() => ({ draft: null as unknown }))
vi.mock('../draft/context', async () => {
  const { useSyncExternalStore } = await import('react')
  const draft = () => held.draft as Draft
  return {
    useDraft: draft, useDrafted: () => useSyncExternalStore(draft().subscribe, () => draft().state),
    useFaults: () => [], useChecked: () => ({ faults: [] }), useMay: () => () => true,
  }
})
vi.mock('../frame', () => ({ Workshop: ({ children }: { children: ReactNode }) => children }))

// What antd asks of a browser and jsdom does not have.
window.matchMedia ??= (media: string) => ({ media, matches: false, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList
globalThis.ResizeObserver ??= class { observe() {} unobserve() {} disconnect() {} }

const base = (version: number, wait: string, wrapUp: string): Base => ({
  version, hash: `h${version}`, document: `hotline:\n  queues:\n    - {id: a, company: demo, max_wait: ${wait}, wrap_up: ${wrapUp}, tell: beep}\n`,
})
let draft: Draft

beforeEach(() => {
  setLanguage('en')
  localStorage.clear()
  held.draft = draft = new Draft('d', localStorage)
  draft.opened(base(5, '5m', '10s'))
})
afterEach(cleanup)

it('puts only what was changed over an element that another version has changed meanwhile', async () => {
  const onClose = vi.fn()
  render(
    <App>
      <Entry<Queue> list="queues" open="a" onClose={onClose} initial={{ id: '', company: 'demo' }} title="Queue">
        {() => <>
          <Form.Item name="max_wait" label="Longest wait"><Input /></Form.Item>
          <Form.Item name="wrap_up" label="Wrap-up"><Input /></Form.Item>
          <Form.Item name="tell" label="Told"><Input /></Form.Item>
        </>}
      </Entry>
    </App>,
  )
  await waitFor(() => expect(screen.getByLabelText('Longest wait')).toHaveProperty('value', '5m'))
  fireEvent.change(screen.getByLabelText('Longest wait'), { target: { value: '9m' } })
  fireEvent.change(screen.getByLabelText('Told'), { target: { value: '' } })
  act(() => draft.opened(base(6, '5m', '30s')))
  fireEvent.click(screen.getByRole('button', { name: 'To the draft' }))
  await waitFor(() => expect(onClose).toHaveBeenCalled())
  expect(draft.state.plan.queues).toEqual([{ id: 'a', company: 'demo', max_wait: '9m', wrap_up: '30s' }])
  expect(draft.state.base!.version).toBe(6)
})

it('tells of a version that was published while the whole text was written', async () => {
  render(
    <App><MeContext value={{ number: '3001', company: 'demo', role: 'operator' } as never}><MemoryRouter><DocumentPage /></MemoryRouter></MeContext></App>,
  )
  fireEvent.change(screen.getByRole('textbox'), { target: { value: base(5, '9m', '10s').document } })
  act(() => draft.opened(base(6, '7m', '30s')))
  fireEvent.change(screen.getByRole('textbox'), { target: { value: base(5, '8m', '10s').document } })
  fireEvent.click(screen.getByRole('button', { name: 'To the draft' }))
  expect(draft.state.behind).toBe(true)
  expect(draft.conflicts().map((c) => c.place)).toEqual(['hotline.queues[a].max_wait'])
})
