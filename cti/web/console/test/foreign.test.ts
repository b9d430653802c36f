import { afterAll, beforeAll, expect, test } from 'vitest'
import { Person } from './browser'
import { answer, atDesk, sealed, type Story } from './floor'
import { natsAnswers, passOf } from './passes'
import { Stack, until } from './stack'

// What is another agent's or another company's, asked for by who may not see it.

let stack: Stack
let person: Person
/** Another agent's, and what demo2 has. */
let other: Story
const theirs = { call: '', ticket: '', customer: '' }

beforeAll(async () => {
  stack = await Stack.start(6600)
  const first = await atDesk(stack, '1004', 1000)
  try {
    const caller = stack.call('800100', { from: '13800000031' })
    await answer(first, caller, 1000)
    await caller.hangUp()
    other = await sealed(stack, '13800000031')
  } finally {
    await first.close()
  }
  await stack.call('800200', { from: '13800000032', seconds: 2 }).over()
  theirs.call = (await sealed(stack, '13800000032')).id
  theirs.ticket = (await stack.post<{ id: string }>('9001', '/api/v1/tickets', { call: theirs.call, kind: 'complaint', matter: { summary: '煤气味' } })).id
  theirs.customer = (await stack.post<{ id: string }>('9001', '/api/v1/customers', { company: 'demo2', name: '王伟', numbers: ['13800000032'], reason: 'first call' })).id
  person = await Person.open(stack, 1000, { language: 'zh' })
  await person.login(stack, '1005')
})
afterAll(async () => {
  await person?.close()
  await stack?.stop()
})

const sound = (of: string, name: string) => `/api/v1/calls/${of}/recordings/${encodeURIComponent(name)}/sound?reason=${encodeURIComponent('to hear it')}`

/** What a page is answered that asks by itself. */
function asks(path: string): Promise<{ status: number; id: string | null; type: string; text: string }> {
  return person.page.evaluate(async (path) => {
    const r = await fetch(path)
    const text = await r.text()
    return { status: r.status, id: r.headers.get('X-Request-Id'), type: r.ok ? '' : String((JSON.parse(text) as { type?: string }).type), text }
  }, path)
}

test('addresses of another company’s things show that they are not there, in the user’s words', async () => {
  for (const path of [`/calls/${theirs.call}`, `/tickets/${theirs.ticket}`, `/customers/${theirs.customer}`, `/calls/${other.id}`]) {
    await person.visit(path)
    const alert = person.page.getByRole('main').getByRole('alert').filter({ hasText: '没有找到，或者不在您的权限之内' }) // his phone may be lost, too
    const text = (await alert.textContent()) ?? ''
    expect(text, path).toMatch(/报告编号 [A-Z2-7]{10}/)
    expect((await person.page.textContent('main')) ?? '', path).not.toMatch(/煤气味|王伟|138000/)
  }
  await person.visit('/desk')
  await person.page.getByTestId('own-state').waitFor() // and the rest goes on
  expect(person.errors).toEqual([])
})

test('a page that asks by itself is refused the same, and who may see it is not', async () => {
  const recording = other.recordings![0]!.name
  const refused = [
    `/api/v1/calls/${theirs.call}`, `/api/v1/calls/${theirs.call}/proof`, `/api/v1/tickets/${theirs.ticket}`, `/api/v1/customers/${theirs.customer}`,
    `/api/v1/calls/${other.id}`, `/api/v1/calls/${other.id}/proof`, sound(other.id, recording), '/api/v1/agents?company=demo2', '/api/v1/agents/1004/phone', '/api/v1/live?view=floor',
  ]
  for (const path of refused) {
    const { status, id, type, text } = await asks(path)
    expect([403, 404], path).toContain(status)
    expect(type, path).toMatch(/^urn:sansheng:problem:not-(found|allowed)$/)
    expect(id, path).toMatch(/^[A-Z2-7]{10}$/)
    expect(text, path).not.toMatch(/煤气味|王伟|138000/)
  }
  for (const path of [`/api/v1/tickets/${theirs.ticket}`, `/api/v1/customers/${theirs.customer}`, `/api/v1/calls/${theirs.call}`]) await stack.get('9001', path)
  const heard = await fetch(stack.url + sound(other.id, recording), { headers: { Authorization: 'Basic ' + btoa(`9001:${stack.password('9001')}`) } })
  expect(heard.status).toBe(200)
})

test('live data gives a pass its own subject once, and no other', async () => {
  const pass = await passOf(person.page)
  expect([pass.desk, pass.floor]).toEqual(['live.desk.1005', undefined])
  const foreign = ['live.desk.1004', 'live.desk.*', 'live.floor', 'live.floor.demo', 'live.>', '>', '$SYS.>', '$JS.API.>', '_INBOX.>']
  const said = await natsAnswers(person.page, pass.token, [...foreign, pass.desk!].map((subject, i) => `SUB ${subject} ${i + 1}`))
  for (const subject of foreign) expect(said).toContain(`Permissions Violation for Subscription to "${subject}"`)
  expect(said).not.toContain(`"${pass.desk}"`)
  expect(said).toContain('PONG')

  const again = await natsAnswers(person.page, pass.token)
  expect(again).toContain('Authorization Violation')
  expect(again).not.toContain('PONG')
  expect(await natsAnswers(person.page, 'A'.repeat(26))).toContain('Authorization Violation')

  // What was told to a page ends with its login.
  const unused = await passOf(person.page)
  await person.page.evaluate(() => fetch('/api/v1/logout', { method: 'POST' }))
  await until(async () => (await asks('/api/v1/me')).status === 401, 5_000, 'nobody is logged in')
  expect(await natsAnswers(person.page, unused.token)).not.toContain('PONG')
})
