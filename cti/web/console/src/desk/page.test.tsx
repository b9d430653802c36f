import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, configure, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { App } from 'antd'
import dayjs from 'dayjs'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Phone, PhoneState } from '../phone/phone'
import { MeContext } from '../shell/me'
import { setLanguage } from '../shell/text'
import type { Desk } from './desk'
import DeskPage from './page'
import './text'
import type { AgentState, Brief, LiveCall } from './wire'

// How long what is to appear may take on a busy machine.
configure({ asyncUtilTimeout: 10_000 })

// A server that answers what the desk asks, and notes what it is told.
const server = vi.hoisted(() => ({
  told: [] as { path: string; body: Record<string, unknown> }[],
  tickets: [] as Record<string, unknown>[],
  /** What was done to the ticket: sheets that were filled in come to it. */
  acts: [] as { verb: string; said: unknown }[],
  /** Tickets of calls are found once this is over. */
  found: Promise.resolve(),
  /** The order that is refused. */
  refused: '',
}))

vi.mock('../api/client', async (original) => {
  const real = await original<typeof import('../api/client')>()
  const createClient = (await import('openapi-fetch')).default
  return { ...real, api: createClient({ baseUrl: 'http://desk.test/', fetch: (r: Request) => fetch(r) }) }
})
const held = vi.hoisted(() => ({ desk: null as unknown, phone: null as unknown }))
vi.mock('./provider', () => ({ useDesk: () => ({ desk: held.desk, problem: null, retry: () => undefined }) }))
vi.mock('../phone/provider', () => ({ usePhone: () => held.phone }))

// What antd asks of a browser and jsdom does not have.
window.matchMedia ??= (media: string) => ({ media, matches: false, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList
globalThis.ResizeObserver ??= class { observe() {} unobserve() {} disconnect() {} }

const at = new Date().toISOString()
const forms = {
  kinds: [
    { kind: 'consultation', label: { zh: '咨询', en: 'Consultation' }, fields: [{ id: 'matter', type: 'long_text', label: 'Question', required: true }] },
    { kind: 'emergency', label: { zh: '抢险', en: 'Emergency' }, fields: [
      { id: 'place', type: 'place', label: 'Place' }, { id: 'phone', type: 'phone', label: 'Telephone' }, { id: 'happened', type: 'long_text', label: 'What has happened' },
    ] },
  ],
}

function answer(path: string): unknown {
  if (path.startsWith('/api/v1/forms')) return forms
  if (path.startsWith('/api/v1/notices')) return { notices: [] }
  if (path.startsWith('/api/v1/scripts')) return { situation: 'inbound', opening: 'Good morning, 1001 speaking', steps: [] }
  if (path.startsWith('/api/v1/tickets?')) return { tickets: server.tickets, more: false }
  if (path.startsWith('/api/v1/tickets/')) return { ticket: server.tickets[0], acts: server.acts }
  if (path.startsWith('/api/v1/customers')) return { ours: null, theirs: null, calls: [], tickets: [] }
  if (path.startsWith('/api/v1/callbacks')) return { callbacks: [] }
  if (path.startsWith('/api/v1/contacts')) return { contacts: [{ company: 'demo', id: 'water', name: 'Waterworks', number: '021****0000' }] }
  if (path.startsWith('/api/v1/agents')) return { source: 'engine', agents: [{ agent: '1002', company: 'demo', state: 'Ready', since: at, reachable: true, queues: [] }] }
  return undefined
}

async function serve(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = input instanceof Request ? input : new Request(new URL(String(input), 'http://desk.test'), init)
  const { pathname, search } = new URL(request.url)
  if (request.method === 'POST') {
    const body = (await request.json()) as Record<string, unknown>
    server.told.push({ path: pathname, body })
    if (body.verb === server.refused) return Response.json({ title: 'Conflict', status: 409, detail: 'not now' }, { status: 409 })
    if (body.order !== undefined && body.order === server.refused) {
      return Response.json({ title: 'Conflict', status: 409, detail: 'the call is over', code: 'call-over' }, { status: 409, headers: { 'X-Request-Id': 'ABCDEFGHIJ' } })
    }
    if (body.order === 'fill') server.acts = [...server.acts, { verb: 'filled', said: body.said }]
    return Response.json(pathname.startsWith('/api/v1/tickets/') ? { ...server.tickets[0], state: 'open' } : { agent: '1001', verb: '' })
  }
  if (search.startsWith('?call=') && pathname === '/api/v1/tickets') await server.found
  const said = answer(pathname + search)
  return said === undefined ? Response.json({ title: 'Not Found', status: 404 }, { status: 404 }) : Response.json(said)
}

function phoneOf(over: Partial<PhoneState> = {}): Phone {
  return {
    state: { kind: 'browser', registered: true, call: null, elsewhere: false, problem: null, ...over },
    answer: vi.fn(), hangUp: vi.fn(), mute: vi.fn(), keys: vi.fn(), choose: vi.fn(async () => undefined),
  }
}

const clientOf = () => new QueryClient({ defaultOptions: { queries: { retry: false } } })

function show(agent: Partial<AgentState>, call?: Partial<LiveCall>, phone: Phone | null = phoneOf(), client = clientOf()) {
  const a: AgentState = { agent: '1001', company: 'demo', state: 'Ready', since: at, reachable: true, ...agent }
  const c = call && {
    call: 'c1', company: 'demo', did: '800100', caller: '13800000000', direction: 'inbound' as const, state: 'talking' as const, agent: '1001',
    emergency: false, started_at: at, ring_ms: 5_000, recording: true, recording_paused: false, ...call,
  }
  held.desk = { read: true, linked: true, agents: { 1001: a }, calls: c ? { c1: c } : {}, skew: 0 } satisfies Desk
  held.phone = phone
  return render(
    <App><MeContext value={{ number: '1001', company: 'demo', role: 'agent' } as never}>
      <QueryClientProvider client={client}>
        <MemoryRouter><DeskPage /></MemoryRouter>
      </QueryClientProvider>
    </MeContext></App>,
  )
}

beforeEach(() => {
  setLanguage('en')
  localStorage.clear()
  sessionStorage.clear()
  server.told = []
  server.acts = []
  server.found = Promise.resolve()
  server.refused = ''
  server.tickets = [{ id: '5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33', call: 'c1', kind: 'consultation', state: 'draft', owner: '1001', company: 'demo', calls: ['c1'], opened_at: at, due_at: null, closed_at: null }]
  vi.stubGlobal('fetch', serve)
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

it('answers a ringing call with F2 from anywhere', async () => {
  const phone = phoneOf()
  show({ state: 'Ringing', call: 'c1' }, { state: 'ringing', ringing_since: at }, phone)
  expect(screen.getByTestId('ringing').textContent).toContain('13800000000')
  expect(document.activeElement).toBe(screen.getByTestId('answer'))
  expect(await screen.findByText('Good morning, 1001 speaking')).toBeTruthy()
  fireEvent.keyDown(document.body, { key: 'F2' })
  expect(phone.answer).toHaveBeenCalledOnce()
})

it('tells who has a desk phone to pick it up', () => {
  show({ state: 'Ringing', call: 'c1' }, { state: 'ringing' }, phoneOf({ kind: 'desk' }))
  expect(screen.queryByTestId('answer')).toBeNull()
  expect(screen.getByTestId('pick-up')).toBeTruthy()
})

it('shows the receiver of a transfer why, from whom and the sheet, while his phone rings', () => {
  const brief: Brief = { reason: 'needs an expert', from: '1002', consent: true, sheet: [{ field: 'place', value: 'No. 7' }] }
  show({ state: 'Ringing', call: 'c1' }, { agent: '1002', state: 'consulting', consult: { to: '1001', state: 'ringing', since: at }, brief })
  const text = screen.getByTestId('brief').textContent
  for (const said of ['1002', 'needs an expert', 'No. 7']) expect(text).toContain(said)
})

it('shows that the recording pauses, and resumes it', () => {
  show({ state: 'Talking', call: 'c1' }, { answered_at: at, recording: false, recording_paused: true })
  expect(screen.getByText('Recording paused')).toBeTruthy()
  expect(screen.getByRole('button', { name: /Resume recording/ })).toBeTruthy()
})

it('says at once that the phone is lost', () => {
  show({ reachable: false })
  expect(screen.getByTestId('phone-lost').textContent).toContain('offered no calls')
})

it('is back in the call after a reload, and holds it by a key', async () => {
  show({ state: 'Talking', call: 'c1' }, { answered_at: at })
  expect(screen.getByTestId('talk').dataset.state).toBe('talking')
  fireEvent.keyDown(document.body, { key: 'h' })
  await waitFor(() => expect(server.told).toContainEqual({ path: '/api/v1/agents/1001/orders', body: { verb: 'hold', call: 'c1' } }))
})

it('asks before the agent hangs up first, and not where the caller transfers to him', async () => {
  show({ state: 'Talking', call: 'c1' }, { answered_at: at })
  fireEvent.keyDown(document.body, { key: 'e' })
  expect(await screen.findByText('The caller is still there. Hang up first?')).toBeTruthy()
  expect(server.told.filter((s) => s.body.verb === 'hang_up')).toEqual([])
})

it('does not make an emergency final without place and what happened, and keeps what was written', async () => {
  show({ state: 'Talking', call: 'c1' }, { answered_at: at, emergency: true })
  const happened = await screen.findByLabelText(/What has happened/)
  fireEvent.change(happened, { target: { value: 'gas smells' } })
  expect(Object.values({ ...localStorage }).join()).toContain('gas smells')
  await waitFor(() => expect(screen.getByTestId('final')).toHaveProperty('disabled', false))
  fireEvent.click(screen.getByTestId('final'))
  expect(await screen.findByText('Needed before it is final: Place')).toBeTruthy()
  expect(document.activeElement).toBe(document.getElementById('sheet-place'))
  fireEvent.change(document.getElementById('sheet-place')!, { target: { value: 'No. 7' } })
  fireEvent.click(screen.getByTestId('final'))
  await waitFor(() => expect(server.told.at(-1)?.body).toEqual({
    order: 'fill', said: { kind: 'emergency', said: { place: 'No. 7', phone: '13800000000', happened: 'gas smells' }, final: true },
  }))
  await waitFor(() => expect(localStorage.getItem('sansheng-sheet:1001:c1')).toBeNull())
})

it('goes on with what the browser has kept', async () => {
  localStorage.setItem('sansheng-sheet:1001:c1', JSON.stringify({ kind: 'consultation', values: { matter: 'half a sentence' }, at: 1 }))
  show({ state: 'Talking', call: 'c1' }, { answered_at: at })
  expect(await screen.findByDisplayValue('half a sentence')).toBeTruthy()
})

it('passes nobody on who has not agreed', async () => {
  show({ state: 'Talking', call: 'c1' }, { answered_at: at })
  fireEvent.keyDown(document.body, { key: 'F8' })
  fireEvent.change(await screen.findByLabelText('To'), { target: { value: '1002' } })
  fireEvent.click(screen.getByTestId('announced'))
  expect(await screen.findByText('The caller must agree first')).toBeTruthy()
  fireEvent.click(screen.getByLabelText('The caller was told why and has agreed'))
  fireEvent.click(screen.getByTestId('announced'))
  await waitFor(() => expect(server.told.find((s) => s.body.verb === 'transfer')?.body).toMatchObject({ to: '1002', consent: true, reason: 'Needs an expert' }))
})

it('promises the caller a call with one key, and tells his ticket', async () => {
  show({ state: 'Talking', call: 'c1' }, { answered_at: at })
  await screen.findByLabelText(/Question/)
  fireEvent.keyDown(document.body, { key: 'b' })
  const order = await waitFor(() => {
    const found = server.told.find((s) => s.body.verb === 'promise')
    if (!found) throw new Error('nothing is promised')
    return found
  })
  expect(order).toMatchObject({ path: '/api/v1/agents/1001/orders', body: { for: 'call:c1' } })
  expect(order.body.to).toBeUndefined()
  expect(Math.abs(Date.parse(String(order.body.due)) - Date.now() - 1_800_000)).toBeLessThan(60_000)
  expect((await screen.findByTestId('promised')).textContent).toContain('On the list of callbacks')
  await waitFor(() => expect(server.told.find((s) => s.body.order === 'promise')?.body).toMatchObject({ said: { minutes: 30 } }))
})

it('promises a call at another number, and no number that is none', async () => {
  show({ state: 'Talking', call: 'c1' }, { answered_at: at })
  fireEvent.click(screen.getByTestId('promise-other'))
  const number = await screen.findByLabelText('Number to call')
  expect((number as HTMLInputElement).value).toBe('13800000000')
  fireEvent.change(number, { target: { value: 'home' } })
  fireEvent.click(screen.getByTestId('promise-it'))
  expect(await screen.findByText('2 to 20 digits')).toBeTruthy()
  fireEvent.change(number, { target: { value: '02112345678' } })
  fireEvent.click(screen.getByTestId('promise-it'))
  await waitFor(() => expect(server.told.find((s) => s.body.verb === 'promise')?.body).toMatchObject({ for: 'call:c1', to: '02112345678' }))
})

it('passes a caller on to a contact that is found by its name', async () => {
  show({ state: 'Talking', call: 'c1' }, { answered_at: at })
  fireEvent.keyDown(document.body, { key: 'F8' })
  const to = await screen.findByLabelText('To')
  fireEvent.change(to, { target: { value: 'works' } })
  await screen.findByText('021****0000')
  fireEvent.keyDown(to, { key: 'Enter', keyCode: 13 })
  await waitFor(() => expect((to as HTMLInputElement).value).toBe('water'))
  fireEvent.click(screen.getByLabelText('The caller was told why and has agreed'))
  fireEvent.click(screen.getByTestId('announced'))
  await waitFor(() => expect(server.told.find((s) => s.body.verb === 'transfer')?.body).toMatchObject({ to: 'water', consent: true }))
})

/** Sheets are written some seconds after they were changed: how long that may take on a busy machine. */
const slow = 60_000
const field = (id: string) => document.getElementById(`sheet-${id}`) as HTMLInputElement
const type = (id: string, value: string) => fireEvent.change(field(id), { target: { value } })
/** The values of the sheet that the server was told last. */
const filled = () => (server.told.findLast((s) => s.body.order === 'fill')?.body.said as { said: Record<string, unknown> } | undefined)?.said
const emergency = { answered_at: at, emergency: true }

it('shows a sheet that is opened again as it was written, and writes on from there', async () => {
  const client = clientOf()
  const first = show({ state: 'Talking', call: 'c1' }, emergency, phoneOf(), client)
  await screen.findByLabelText(/What has happened/)
  type('happened', 'gas smells')
  await waitFor(() => expect(screen.getByTestId('saved').dataset.state).toBe('written'))
  first.unmount()
  const second = show({ state: 'Talking', call: 'c1' }, emergency, phoneOf(), client)
  expect(await screen.findByDisplayValue('gas smells')).toBeTruthy()
  type('place', 'No. 7')
  await waitFor(() => expect(filled()).toEqual({ place: 'No. 7', phone: '13800000000', happened: 'gas smells' }))
  await waitFor(() => expect(screen.getByTestId('saved').dataset.state).toBe('written'))
  // Another page writes on while it is not open here.
  second.unmount()
  await waitFor(() => expect(client.getQueryData(['desk', 'sheet', 'c1', 'story'])).toBeUndefined())
  server.acts = [...server.acts, { verb: 'filled', said: { kind: 'emergency', said: { place: 'No. 9', happened: 'gas smells' } } }]
  show({ state: 'Talking', call: 'c1' }, emergency, phoneOf(), client)
  expect(await screen.findByDisplayValue('No. 9')).toBeTruthy()
}, slow)

it('puts what is typed before the earlier sheet is read over it, and not in its place', async () => {
  let find = () => undefined as void
  server.found = new Promise((go) => (find = go))
  server.acts = [{ verb: 'filled', said: { kind: 'emergency', said: { place: 'No. 7', phone: '02155555555', happened: 'a bang' } } }]
  show({ state: 'Talking', call: 'c1' }, emergency)
  await screen.findByLabelText(/What has happened/)
  type('happened', 'gas smells')
  find()
  await waitFor(() => expect(filled()).toEqual({ place: 'No. 7', phone: '02155555555', happened: 'gas smells' }))
  expect(field('place').value).toBe('No. 7')
  type('happened', 'gas smells strongly')
  await waitFor(() => expect(filled()).toEqual({ place: 'No. 7', phone: '02155555555', happened: 'gas smells strongly' }))
}, slow)

it('keeps a note to another agent\'s sheet until it is added, and offers what was typed before as one', async () => {
  let find = () => undefined as void
  server.found = new Promise((go) => (find = go))
  server.tickets = [{ ...server.tickets[0], owner: '1002', state: 'open' }]
  const first = show({ state: 'Talking', call: 'c1' }, emergency)
  await screen.findByLabelText(/What has happened/)
  type('happened', 'gas smells')
  find()
  const note = await screen.findByLabelText('What you have to add')
  expect(note).toHaveProperty('value', 'gas smells')
  fireEvent.change(note, { target: { value: 'gas smells strongly' } })
  first.unmount()
  show({ state: 'Talking', call: 'c1' }, emergency)
  expect(await screen.findByLabelText('What you have to add')).toHaveProperty('value', 'gas smells strongly')
  fireEvent.click(screen.getByText('Add'))
  expect(await screen.findByText('Added: 1')).toBeTruthy()
  expect(server.told.map((s) => s.body)).toEqual([{ order: 'note', said: { text: 'gas smells strongly' } }])
  expect(Object.keys(localStorage).filter((k) => k.startsWith('sansheng-note:') || k.startsWith('sansheng-sheet:'))).toEqual([])
}, slow)

it('promises a call for the time that was chosen, also where only the dialog was confirmed', async () => {
  show({ state: 'Talking', call: 'c1' }, { answered_at: at })
  fireEvent.click(screen.getByTestId('promise-other'))
  const due = await screen.findByLabelText('To be called by')
  fireEvent.mouseDown(due)
  fireEvent.click(due)
  fireEvent.focus(due)
  const tomorrow = dayjs().add(30, 'minute').add(1, 'day')
  const day = await waitFor(() => {
    const found = document.querySelector(`.ant-picker-cell[title="${tomorrow.format('YYYY-MM-DD')}"]`)
    if (!found) throw new Error('no day to choose')
    return found
  })
  fireEvent.click(day)
  // He leaves the picker for the dialog's button, and not by its own.
  fireEvent.mouseDown(screen.getByTestId('promise-it'))
  fireEvent.blur(due)
  await waitFor(() => expect(document.querySelector('.ant-picker-dropdown:not(.ant-picker-dropdown-hidden)')).toBeNull())
  fireEvent.click(screen.getByTestId('promise-it'))
  await waitFor(() => expect(server.told.find((s) => s.body.verb === 'promise')).toBeTruthy())
  const said = server.told.find((s) => s.body.verb === 'promise')!.body.due
  expect(Math.abs(Date.parse(String(said)) - tomorrow.valueOf())).toBeLessThan(120_000)
})

it('does not tell who is rung for a caller that his number is dialled next', () => {
  const first = show({ state: 'Ringing', call: 'c1' }, { direction: 'outbound', state: 'ringing', waiting_since: at, ringing_since: at })
  expect(screen.getByTestId('ringing').textContent).toContain('Your phone rings first')
  first.unmount()
  // He was called, and was handed over to the emergency queue since.
  show({ state: 'Ringing', call: 'c1' }, { direction: 'outbound', state: 'ringing', emergency: true, started_at: new Date(Date.parse(at) - 90_000).toISOString(), waiting_since: at, ringing_since: at })
  expect(screen.getByTestId('ringing').textContent).not.toContain('Your phone rings first')
})

it('opens no sheet that somebody had open who was logged in here before', async () => {
  sessionStorage.setItem('sansheng-desk-sheet:1002', 'c1')
  sessionStorage.setItem('sansheng-desk-sheet', 'c1')
  const first = show({})
  expect(screen.queryByTestId('sheet')).toBeNull()
  first.unmount()
  show({ state: 'Talking', call: 'c1' }, { answered_at: at }).unmount()
  show({})
  expect(await screen.findByTestId('sheet')).toBeTruthy()
})

it('offers a promise again that was refused', async () => {
  server.refused = 'promise'
  show({ state: 'Talking', call: 'c1' }, { answered_at: at })
  fireEvent.click(screen.getByRole('button', { name: 'Bad audio' }))
  const promise = () => within(screen.getByLabelText('What to say when')).getByRole('button', { name: /Call back in 3 min/ })
  fireEvent.click(promise())
  await screen.findByText('not now')
  await waitFor(() => expect(promise().className).not.toContain('loading'))
  expect(promise()).toHaveProperty('disabled', false)
  server.refused = ''
  fireEvent.click(promise())
  await waitFor(() => expect(promise()).toHaveProperty('disabled', true))
})

it('lets nothing be typed into a sheet while it is made final', async () => {
  show({ state: 'Talking', call: 'c1' }, emergency)
  await screen.findByLabelText(/What has happened/)
  type('happened', 'gas smells')
  type('place', 'No. 7')
  await waitFor(() => expect(screen.getByTestId('final')).toHaveProperty('disabled', false))
  fireEvent.click(screen.getByTestId('final'))
  expect(field('place').disabled).toBe(true)
  await waitFor(() => expect(server.told.at(-1)?.body).toMatchObject({ order: 'fill', said: { final: true } }))
}, slow)

it('says in the words of who reads it why a sheet was not taken, with the number to report', async () => {
  setLanguage('zh')
  server.refused = 'fill'
  show({ state: 'Talking', call: 'c1' }, { answered_at: at })
  fireEvent.change(await screen.findByLabelText(/Question/), { target: { value: 'how much' } })
  await waitFor(() => expect(screen.getByTestId('saved').dataset.state).toBe('refused'))
  const said = screen.getByTestId('saved').textContent
  for (const words of ['通话已结束', '报告编号 ABCDEFGHIJ']) expect(said).toContain(words)
  expect(said).not.toContain('the call is over')
})

it('shows the steps for a caller who is not heard by itself, until he is', async () => {
  const since = (ms: number) => new Date(Date.now() - ms).toISOString()
  show({ state: 'Talking', call: 'c1' }, { answered_at: since(5_000), silent_since: since(5_000) })
  expect(screen.getByText(/^the next sentence in/)).toBeTruthy()
  cleanup()
  show({ state: 'Talking', call: 'c1' }, { answered_at: since(9_000), silent_since: since(9_000) })
  expect(screen.getByText('You may hang up now')).toBeTruthy()
  fireEvent.keyDown(document.body, { key: 'e' })
  await waitFor(() => expect(server.told).toContainEqual({ path: '/api/v1/agents/1001/orders', body: { verb: 'hang_up', call: 'c1' } }))
  cleanup()
  show({ state: 'Talking', call: 'c1' }, { answered_at: since(9_000) })
  expect(screen.queryByText('You may hang up now')).toBeNull()
})
