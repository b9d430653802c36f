import { afterAll, beforeAll, expect, test } from 'vitest'
import { Person } from './browser'
import { Stack, until } from './stack'

// An agent whose line is bad promises his caller a call with one click; once the caller has
// hung up, the hotline rings that agent to make it.

let stack: Stack
let person: Person

beforeAll(async () => {
  stack = await Stack.start(6700)
  person = await Person.open(stack, 1000)
})
afterAll(async () => {
  await person?.close()
  await stack?.stop()
})

type Owed = { call: string; promised_by?: string; promised_until: string | null; attempts: number }

async function owed(): Promise<Owed[]> {
  return (await stack.get<{ callbacks: Owed[] }>('2001', '/api/v1/callbacks?owed=true')).callbacks
}

test('a call that is promised with one click is made by the hotline', async () => {
  await person.login(stack, '1004')
  await person.visit('/desk')
  await person.page.locator('.desk-which .ant-segmented-item').first().click()
  await until(async () => (await person.page.getByTestId('phone-lost').count()) === 0, 20_000, '1004 has his phone at the browser')
  const caller = stack.call('800100', { from: '13800000041' })
  await person.page.getByTestId('answer').click()
  await person.page.getByTestId('talk').waitFor()
  await person.page.getByTestId('promise-3').click()
  await person.page.getByTestId('promised').waitFor()
  await until(async () => (await owed()).some((c) => c.promised_by === '1004'), 10_000, 'the promise is on the list of callbacks')
  const { promised_until: due } = (await owed())[0]!
  expect(Math.abs(Date.parse(due!) - Date.now() - 180_000)).toBeLessThan(60_000)
  await caller.hangUp()
  await person.page.getByTestId('ringing').waitFor({ timeout: 30_000 })
  const call = (await stack.get<{ calls: { direction: string; dial: { by: string; for: string } | null }[] }>('2001', '/api/v1/calls')).calls.find((c) => c.direction === 'outbound')
  expect(call?.dial).toMatchObject({ by: '1004' })
  expect(call?.dial?.for).toContain('callback:')
  expect(person.errors).toEqual([])
})
