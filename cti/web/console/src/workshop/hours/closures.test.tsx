import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, configure, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { App } from 'antd'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { MeContext } from '../../shell/me'
import { setLanguage } from '../../shell/text'
import '../text'
import { Closures } from './closures'

configure({ asyncUtilTimeout: 10_000 })

const server = vi.hoisted(() => ({ freed: [] as string[], line: { status: 204, detail: '' } }))

vi.mock('../../api/client', async (original) => {
  const real = await original<typeof import('../../api/client')>()
  const createClient = (await import('openapi-fetch')).default
  return { ...real, api: createClient({ baseUrl: 'http://hours.test/', fetch: (r: Request) => fetch(r) }) }
})

// What antd asks of a browser and jsdom does not have.
window.matchMedia ??= (media: string) => ({ media, matches: false, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList
globalThis.ResizeObserver ??= class { observe() {} unobserve() {} disconnect() {} }

const closed = { until: '2026-01-01T12:00:00Z', by: '3001', reason: 'burst pipe' }
const rowOf = (line: string) => ({ line, company: 'demo', calendar: 'office', open: false, rule: 'closure', closure: closed })

async function serve(request: Request): Promise<Response> {
  if (request.method !== 'DELETE') return Response.json({ hours: [rowOf('800100'), { ...rowOf('800200'), closure: undefined }] })
  const what = new URL(request.url).pathname.split('/').at(-2)!
  server.freed.push(what)
  const { status, detail } = what === '800100' ? server.line : { status: 204, detail: '' }
  return status === 204 ? new Response(null, { status }) : Response.json({ title: 'Problem', status, detail }, { status })
}

async function openAgain() {
  render(
    <App><MeContext value={{ number: '3001', company: 'demo', role: 'operator' } as never}>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}><Closures /></QueryClientProvider>
    </MeContext></App>,
  )
  fireEvent.click(await screen.findByRole('button', { name: 'Open again' }))
  await screen.findByText('Open number 800100 again, as the calendar says?')
  fireEvent.click(screen.getByRole('button', { name: 'OK' }))
}

beforeEach(() => {
  setLanguage('en')
  server.freed = []
  server.line = { status: 204, detail: '' }
  vi.stubGlobal('fetch', serve)
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

it('opens a line, and not its calendar where that fails', async () => {
  server.line = { status: 503, detail: 'no engine leads' }
  await openAgain()
  expect(await screen.findByText('no engine leads')).toBeTruthy()
  expect(server.freed).toEqual(['800100'])
})

it('asks before a calendar is opened with all its lines', async () => {
  server.line = { status: 409, detail: '800100 is not closed by anybody' }
  await openAgain()
  expect((await screen.findByRole('dialog')).textContent).toContain('calendar office')
  expect(screen.getByRole('dialog').textContent).toContain('800100, 800200')
  expect(server.freed).toEqual(['800100'])
  fireEvent.click(screen.getByRole('dialog').querySelector('.ant-btn-dangerous')!)
  await waitFor(() => expect(server.freed).toEqual(['800100', 'office']))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})
