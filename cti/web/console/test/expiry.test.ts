import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Person } from './browser'
import { agentOf, answer, atDesk, hears, isReady } from './floor'
import { Stack, until, type Caller } from './stack'

// A login ends in the middle of work. To the server a cookie that has run out is one that
// was never there: so the browser forgets it.

let stack: Stack
const people: Person[] = []
const callers: Caller[] = []

beforeAll(async () => {
  stack = await Stack.start(6500)
})
afterAll(() => stack?.stop())
afterEach(async () => {
  await Promise.all(callers.splice(0).map((c) => c.hangUp()))
  await Promise.all(people.splice(0).map((p) => p.close()))
})

async function desk(number: string): Promise<Person> {
  const person = await atDesk(stack, number, 1000)
  people.push(person)
  return person
}

test('a login that ends leaves the talk; the next one is back on the same page', async () => {
  const person = await desk('1004')
  const caller = stack.call('800100', { from: '13800000021' })
  callers.push(caller)
  await answer(person, caller, 1000)

  await person.context.clearCookies()
  await person.visit('/tickets?owner=1004')
  await person.page.locator('.login').getByText('Your login has ended').waitFor()
  await person.page.locator('.login').getByText('Your call goes on').waitFor()
  await hears(person, 440)

  await person.enter(stack, '1004')
  await person.page.getByRole('heading', { name: 'Tickets' }).waitFor()
  expect(new URL(person.page.url()).search).toBe('?owner=1004')
  await hears(person, 440)
  await person.visit('/desk')
  await person.page.getByTestId('talk').waitFor()
  await caller.hangUp()
  await person.page.getByTestId('talk').waitFor({ state: 'detached' })
  await isReady(stack, person, '1004')
  expect(person.errors).toEqual([])
})

test('a phone whose login has ended rings for nobody until its agent is back', async () => {
  const person = await desk('1005')
  await person.context.clearCookies()
  await person.visit('/customers')
  await person.page.locator('.login').waitFor()
  expect(await person.page.getByText('Your call goes on').count()).toBe(0)
  await until(async () => (await agentOf(stack, '1005')).state !== 'Ready', 30_000, 'he is offered no calls')
  await person.enter(stack, '1005')
  expect(new URL(person.page.url()).pathname).toBe('/customers')
  await person.visit('/desk')
  await isReady(stack, person, '1005')
  expect(person.errors).toEqual([])
})

test('the login says why in the language of who reads it', async () => {
  const leader = await Person.open(stack, 1000, { language: 'zh' })
  people.push(leader)
  await leader.login(stack, '2001')
  await leader.context.clearCookies()
  await leader.visit('/tickets?view=backlog')
  await leader.page.locator('.login').getByText('您的登录已过期或已被结束').waitFor()
  await leader.page.fill('input[autocomplete=username]', '2001')
  await leader.page.fill('input[autocomplete=current-password]', 'not this one')
  await leader.page.click('button[type=submit]')
  await leader.page.getByRole('alert').getByText('工号或密码不对').waitFor()
  await leader.enter(stack, '2001')
  expect(new URL(leader.page.url()).search).toBe('?view=backlog')
})

test('the program that is killed and started again has ended no login and no talk', async () => {
  const person = await desk('1004')
  const leader = await Person.open(stack, 1500)
  people.push(leader)
  await leader.login(stack, '2001')
  await leader.visit('/floor')
  const caller = stack.call('800100', { from: '13800000022' })
  callers.push(caller)
  await answer(person, caller, 1000)

  await stack.restart()
  for (const { page } of [person, leader]) await page.getByTestId('refetched').waitFor({ timeout: 40_000 })
  expect(await person.page.getByTestId('talk').count()).toBe(1)
  await hears(person, 440)
  await leader.page.reload() // nobody is asked who he is
  await leader.page.waitForSelector('.frame')
  await leader.page.locator('.floor-card-name', { hasText: '1004' }).waitFor()

  await caller.hangUp()
  await person.page.getByTestId('talk').waitFor({ state: 'detached' })
  await isReady(stack, person, '1004')
  expect([...person.errors, ...leader.errors]).toEqual([])
})
