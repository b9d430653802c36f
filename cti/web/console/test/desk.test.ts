import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Person } from './browser'
import { Stack, until, type Caller } from './stack'

// An agent at his browser, and a caller on a real telephone line: the caller's phone
// sends 440 Hz, the browser 1000 Hz, a second browser 1500 Hz.

let stack: Stack
const people: Person[] = []
const callers: Caller[] = []

beforeAll(async () => {
  stack = await Stack.start(6200)
})
afterAll(() => stack?.stop())
afterEach(async () => {
  await Promise.all(callers.splice(0).map((c) => c.hangUp()))
  await Promise.all(people.splice(0).map((p) => p.close()))
})

async function agent(number: string, hz: number): Promise<Person> {
  const person = await Person.open(stack, hz)
  people.push(person)
  await person.login(stack, number)
  await person.visit('/desk')
  await person.page.locator('.desk-which .ant-segmented-item').first().click()
  await until(async () => (await person.page.getByTestId('phone-lost').count()) === 0 && (await stateOf(number)) === 'Ready', 20_000, `${number} is ready at his browser`)
  return person
}

async function stateOf(number: string): Promise<string> {
  const { agents } = await stack.get<{ agents: { agent: string; state: string }[] }>('9001', '/api/v1/agents')
  return agents.find((a) => a.agent === number)?.state ?? ''
}

type Story = { id: string; caller: string; ended_at: string | null; holds: unknown[] | null; legs: { agent?: string }[] | null; hash: string | null }

/** The record of who has called from a number, once it is sealed. */
async function sealed(from: string): Promise<Story> {
  const why = encodeURIComponent('a journey of the tests')
  let found: Story | undefined
  await until(async () => {
    const { calls } = await stack.get<{ calls: Story[] }>('9001', `/api/v1/calls?reveal=${why}`)
    found = calls.find((c) => c.caller === from)
    return !!found?.hash
  }, 20_000, `the record of ${from} is sealed`)
  return found!
}

function call(to: string, from: string): Caller {
  const caller = stack.call(to, { from })
  callers.push(caller)
  return caller
}

const about = (hz: number) => (heard: number) => Math.abs(heard - hz) < 30

async function hears(person: Person, hz: number): Promise<void> {
  await until(async () => about(hz)(await person.hears()), 15_000, `${hz} Hz is heard`)
}

test('a caller rings the browser, is answered by a key, held and let go', async () => {
  const person = await agent('1004', 1000)
  const caller = call('800100', '13800000001')
  await person.page.getByTestId('ringing').waitFor()
  expect(await person.page.getByTestId('caller').first().textContent()).toContain('13800000001')
  await person.page.keyboard.press('F2')
  await person.page.getByTestId('talk').waitFor()
  await hears(person, 440)
  await person.page.getByTestId('hold').click()
  await until(async () => !about(440)(await person.hears()), 10_000, 'the caller is out of the talk')
  await person.page.getByTestId('hold').click()
  await hears(person, 440)
  await caller.hears(1000)
  await caller.hangUp()
  expect((await sealed('13800000001')).holds).toHaveLength(1)
  expect(person.errors).toEqual([])
})

test('a page that is loaded again in a call has the call back', async () => {
  const person = await agent('1005', 1000)
  const caller = call('800100', '13800000002')
  await person.page.getByTestId('ringing').waitFor()
  await person.page.getByTestId('answer').click()
  await hears(person, 440)
  await person.page.reload()
  await person.page.getByTestId('talk').waitFor({ timeout: 30_000 })
  await hears(person, 440)
  expect(await stateOf('1005')).toBe('Talking')
  await caller.hangUp()
  const record = await sealed('13800000002')
  expect(record.legs!.filter((l) => l.agent === '1005')).toHaveLength(2)
  expect(record.legs!.filter((l) => l.agent && l.agent !== '1005')).toHaveLength(0)
})

test('a second page leaves the call where it is, and has it when the first is closed', async () => {
  const person = await agent('1005', 1000)
  const caller = call('800100', '13800000006')
  await person.page.getByTestId('answer').click()
  await hears(person, 440)
  const second = await person.another()
  await second.page.goto('/desk')
  await second.page.getByText('Your phone is in another page').waitFor()
  await second.page.getByTestId('talk').waitFor()
  await hears(person, 440)
  await caller.hears(1000)
  await person.page.close()
  await hears(second, 440)
  await caller.hears(1000)
  await caller.hangUp()
  const record = await sealed('13800000006')
  expect(record.legs!.filter((l) => l.agent === '1005')).toHaveLength(2)
  expect(record.legs!.filter((l) => l.agent && l.agent !== '1005')).toHaveLength(0)
})

test('a call is answered in whichever page of the browser one looks at', async () => {
  const person = await agent('1005', 1000)
  const second = await person.another()
  await second.page.goto('/desk')
  await second.page.getByText('Your phone is in another page').waitFor()
  const caller = call('800100', '13800000007')
  await second.page.getByTestId('answer').click()
  await second.page.getByTestId('talk').waitFor()
  await hears(person, 440)
  await caller.hears(1000)
  await second.page.getByTestId('mute').click()
  await person.page.getByTestId('mute').and(person.page.locator('[aria-pressed=true]')).waitFor()
  await caller.hangUp()
  await second.page.getByTestId('talk').waitFor({ state: 'detached' })
  await second.page.close()
  expect((await sealed('13800000007')).legs!.filter((l) => l.agent)).toHaveLength(1)
  expect(person.errors).toEqual([])
})

test('what is written in a talk goes with the caller to a second browser, with the reason', async () => {
  const first = await agent('1004', 1000)
  const second = await agent('1006', 1500)
  await stack.order('1006', '1006', 'pause', { reason: 'paperwork' })
  const caller = call('800100', '13800000003')
  await first.page.getByTestId('answer').click()
  await hears(first, 440)
  await caller.hears(1000)
  await second.page.getByTestId('ready').click()
  await first.page.locator('#sheet-matter').fill('he was charged twice')
  await first.page.keyboard.press('F8')
  const dialog = first.page.getByRole('dialog')
  await dialog.locator('input').first().fill('1006')
  await dialog.getByLabel('What else the receiver should know').fill('it is about a bill')
  await dialog.getByRole('checkbox').check()
  await dialog.getByTestId('announced').click()
  await second.page.getByTestId('ringing').waitFor()
  for (const said of ['it is about a bill', 'he was charged twice']) await second.page.getByTestId('brief').getByText(said).first().waitFor()
  await second.page.getByTestId('answer').click()
  await hears(second, 1000)
  await first.page.getByTestId('complete').click()
  await hears(second, 440)
  await caller.hears(1500)
  await caller.hangUp()
  expect([...first.errors, ...second.errors]).toEqual([])
})

test('a sheet is kept while it is written, and final once nothing is missing; its ticket is there', async () => {
  const person = await agent('1004', 1000)
  const caller = call('800100', '13800000008')
  await person.page.getByTestId('answer').click()
  await hears(person, 440)
  const sheet = person.page.getByTestId('sheet')
  await person.page.locator('#sheet-matter').fill('how much a cubic metre is')
  await sheet.locator('[data-testid=saved][data-state=written]').waitFor({ timeout: 30_000 })
  await caller.hangUp()
  await sheet.getByTestId('final').click()
  await sheet.getByText('Needed before it is final: What was done, Result').waitFor()
  await person.page.locator('#sheet-done').fill('told him')
  await person.page.locator('#sheet-result').fill('he knows')
  await sheet.getByTestId('final').click()
  await sheet.getByText('Final', { exact: true }).waitFor()
  const link = sheet.getByRole('link')
  const id = (await link.getAttribute('href'))!.split('/').pop()!
  await link.click()
  await person.page.getByRole('main').getByText('how much a cubic metre is').first().waitFor()
  const { acts } = await stack.get<{ acts: { verb: string; by: string; said: { final?: boolean; said?: Record<string, string> } }[] }>('9001', `/api/v1/tickets/${id}`)
  const last = acts.filter((a) => a.verb === 'filled').at(-1)
  expect(last?.said).toMatchObject({ final: true, said: { matter: 'how much a cubic metre is', done: 'told him', result: 'he knows' } })
  expect(person.errors).toEqual([])
})

test('a second login ends the first, which is told', async () => {
  const first = await agent('1004', 1000)
  const second = await Person.open(stack, 1500)
  people.push(second)
  await second.login(stack, '1004')
  await second.page.getByText('has been ended').waitFor()
  await first.page.locator('.login').waitFor({ timeout: 20_000 })
})

test('who logs in elsewhere in a talk has his caller there, who is not hung up on', async () => {
  const first = await agent('1004', 1000)
  const caller = call('800100', '13800000009')
  await first.page.getByTestId('answer').click()
  await hears(first, 440)
  await caller.hears(1000)
  const second = await Person.open(stack, 1500)
  people.push(second)
  await second.login(stack, '1004')
  await second.visit('/desk')
  await first.page.locator('.login').waitFor({ timeout: 20_000 })
  await second.page.getByTestId('talk').waitFor({ timeout: 30_000 })
  await hears(second, 440)
  await caller.hears(1500)
  expect(await stateOf('1004')).toBe('Talking')
  await caller.hangUp()
  const record = await sealed('13800000009')
  expect(record.legs!.filter((l) => l.agent === '1004')).toHaveLength(2)
  expect(record.legs!.filter((l) => l.agent && l.agent !== '1004')).toHaveLength(0)
  expect(first.errors).toEqual([])
})

test('no page of another origin, and nobody without a pass, hears live data', async () => {
  const person = await agent('1004', 1000)
  const foreign = await fetch(`${stack.url}/nats`, { headers: { Origin: 'http://example.org', Upgrade: 'websocket', Connection: 'Upgrade' } }).catch(() => null)
  expect(foreign?.status ?? 401).toBeGreaterThanOrEqual(400)
  const subjects = await person.page.evaluate(async () => (await (await fetch('/api/v1/live/pass', { method: 'POST' })).json()) as { desk: string; floor?: string })
  expect(subjects.desk).toBe('live.desk.1004')
  expect(subjects.floor).toBeUndefined()
  const other = await person.page.evaluate(async () => (await fetch('/api/v1/live?view=floor')).status)
  expect(other).toBe(403)
})
