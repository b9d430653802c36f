import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Person } from './browser'
import { agentOf, answer, atDesk, callsTo, hears, isReady, sealed } from './floor'
import { Stack, until, type Caller } from './stack'
import { Wire } from './wire'

// The network between an agent's browser and the hotline is cut for a while, without a
// word. What is cut is the way that pages take; the sound of a talk is sent beside it.

let stack: Stack
let wire: Wire
const people: Person[] = []
const callers: Caller[] = []

beforeAll(async () => {
  stack = await Stack.start(6600)
  wire = await Wire.to(stack.url)
})
afterAll(async () => {
  await wire?.close()
  await stack?.stop()
})
afterEach(async () => {
  wire.mend()
  await Promise.all(callers.splice(0).map((c) => c.hangUp()))
  await Promise.all(people.splice(0).map((p) => p.close()))
})

async function desk(number: string): Promise<Person> {
  const person = await atDesk(stack, number, 1000, wire.url)
  people.push(person)
  return person
}

function call(from: string): Caller {
  const caller = stack.call('800100', { from })
  callers.push(caller)
  return caller
}

const gone = { state: 'detached', timeout: 30_000 } as const

/** Waits until the page says that it is old, which it must within seconds. */
const isOld = (person: Person) => person.page.getByTestId('stale').waitFor({ timeout: 9_000 })

/** Waits until the page is live again and has said that all was read anew. */
async function isLive(person: Person): Promise<void> {
  await person.page.getByTestId('refetched').waitFor({ timeout: 30_000 })
  expect(await person.page.getByTestId('stale').count()).toBe(0)
}

test('a talk outlives a network that is cut, and its end reaches the phone afterwards', async () => {
  const person = await desk('1004')
  const caller = call('13800000011')
  await answer(person, caller, 1000)
  const passes: string[] = []
  person.page.on('request', (r) => {
    if (r.url().endsWith('/live/pass')) passes.push(r.url())
  })

  wire.cut()
  await isOld(person)
  await until(async () => !(await agentOf(stack, '1004')).reachable, 30_000, 'the hotline has lost the phone')
  expect((await agentOf(stack, '1004')).state).toBe('Talking')
  await hears(person, 440)

  wire.mend(true)
  await isLive(person)
  expect(passes.length).toBeGreaterThan(0) // the one before has opened its connection
  await until(async () => (await agentOf(stack, '1004')).reachable, 30_000, 'the phone is there again')
  expect(await person.page.getByTestId('talk').count()).toBe(1)
  await hears(person, 440)

  await caller.hangUp()
  await person.page.getByTestId('talk').waitFor(gone)
  await isReady(stack, person, '1004')
  await answer(person, call('13800000012'), 1000)
  expect(person.errors).toEqual([])
})

test('a call that has ended meanwhile is gone, and the phone is free for the next', async () => {
  const person = await desk('1004')
  const caller = call('13800000013')
  await answer(person, caller, 1000)

  wire.cut()
  await isOld(person)
  await caller.hangUp()
  await until(async () => (await agentOf(stack, '1004')).state !== 'Talking', 20_000, 'the talk is over')
  expect(await person.page.getByTestId('talk').count()).toBe(1) // and the page says that it is old

  wire.mend(true)
  await isLive(person)
  await person.page.getByTestId('talk').waitFor(gone)
  await isReady(stack, person, '1004')
  await answer(person, call('13800000014'), 1000)
})

test('an idle agent whose network is cut is offered nothing until it is back', async () => {
  const person = await desk('1005')
  wire.cut()
  await isOld(person)
  await until(async () => {
    const { state, reachable } = await agentOf(stack, '1005')
    return !reachable && state !== 'Ready'
  }, 30_000, 'the hotline has lost the phone')
  const caller = call('13800000015')
  await until(async () => (await callsTo(stack, '800100')).some((c) => c.state === 'waiting'), 20_000, 'the caller waits')

  wire.mend()
  await answer(person, caller, 1000)
  await person.page.getByTestId('stale').waitFor(gone)
  await caller.hangUp()
  const record = await sealed(stack, '13800000015')
  expect(record.offers!.map((o) => o.agent)).toEqual(['1005'])
})
