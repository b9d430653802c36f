import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Person } from './browser'
import { Stack, until, type Caller } from './stack'

// A leader at his browser listens to an agent at hers and a caller on a real telephone
// line: the caller's phone sends 440 Hz, the agent's browser 1000 Hz, the leader's 1500 Hz.

const tones = { caller: 440, agent: 1000, leader: 1500 }

let stack: Stack
const people: Person[] = []
const callers: Caller[] = []

beforeAll(async () => {
  stack = await Stack.start(6400)
})
afterAll(() => stack?.stop())
afterEach(async () => {
  await Promise.all(callers.splice(0).map((c) => c.hangUp()))
  await Promise.all(people.splice(0).map((p) => p.close()))
})

async function login(number: string, hz: number): Promise<Person> {
  const person = await Person.open(stack, hz)
  people.push(person)
  await person.login(stack, number)
  return person
}

async function atDesk(number: string): Promise<Person> {
  const agent = await login(number, tones.agent)
  await agent.visit('/desk')
  await agent.page.locator('.desk-which .ant-segmented-item').first().click()
  await until(async () => (await agent.page.getByTestId('phone-lost').count()) === 0 && (await stateOf(number)) === 'Ready', 20_000, `${number} is ready at his browser`)
  return agent
}

/** A leader on the floor, whose browser is his phone, also after the page was loaded again. */
async function onFloor(number: string): Promise<Person> {
  const leader = await login(number, tones.leader)
  await leader.visit('/floor')
  await leader.page.getByTestId('phone-which').locator('.ant-segmented-item').first().click()
  await leader.page.getByText('Phone there').waitFor()
  await leader.page.reload()
  await leader.page.getByText('Phone there').waitFor()
  return leader
}

type Agent = { agent: string; state: string }

async function agents(): Promise<Agent[]> {
  return (await stack.get<{ agents: Agent[] }>('9001', '/api/v1/agents')).agents
}

async function stateOf(number: string): Promise<string> {
  return (await agents()).find((a) => a.agent === number)?.state ?? ''
}

type Story = { caller: string; hash: string | null; supervisions?: { by: string; phone: string; mode: string; with?: string; ended_at: string | null }[] }

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

async function hears(person: Person, hz: number): Promise<void> {
  await until(() => person.hearsTone(hz), 15_000, `${hz} Hz is heard`)
}

async function hearsNo(person: Person, hz: number): Promise<void> {
  await until(async () => !(await person.hearsTone(hz)), 15_000, `${hz} Hz is heard no more`)
}

/** How often a tone of hz began, or ended, at a caller's phone. */
function times(caller: Caller, event: 'tone began' | 'tone ended', hz: number): number {
  return caller.lines.filter((l) => l.event === event && Math.abs(Number(l.hz) - hz) < 30).length
}

/** Goes on the call, or is on it in another way from then on. */
async function goes(leader: Person, verb: 'Listen' | 'Whisper' | 'Join', says: string): Promise<void> {
  const at = verb === 'Listen' ? leader.page.locator('.floor-panel') : leader.page.locator('.floor-watch')
  await at.getByRole('button', { name: verb, exact: true }).click()
  await leader.page.locator('.floor-watch').getByText(says).waitFor()
}

/** A talk of an agent's, and a leader who looks on. */
async function talk(number: string, from: string): Promise<{ agent: Person; leader: Person; caller: Caller }> {
  const agent = await atDesk(number)
  const leader = await onFloor('2001')
  const caller = stack.call('800100', { from, tone: tones.caller })
  callers.push(caller)
  await agent.page.getByTestId('answer').click()
  await hears(agent, tones.caller)
  return { agent, leader, caller }
}

test('a leader listens, whispers and joins by his own browser; the caller hears him when he joins, and not before', async () => {
  const from = '13800000011'
  const { agent, leader, caller } = await talk('1004', from)
  await caller.hears(tones.agent)

  await goes(leader, 'Listen', 'You listen: 1004')
  await leader.page.getByTestId('phone-bar').waitFor()
  await hears(leader, tones.caller)
  await hears(leader, tones.agent)
  expect(await agent.hearsTone(tones.leader)).toBe(false)
  const floor = await agents()
  expect(floor.map((a) => a.agent)).not.toContain('2001')
  expect(floor.filter((a) => a.state !== 'LoggedOff')).toHaveLength(1)
  expect((await leader.page.locator('.floor-card-name').allTextContents()).join()).not.toContain('2001')
  await leader.page.getByLabel('2001 on the call').waitFor()

  await goes(leader, 'Whisper', 'You whisper: 1004')
  await hears(agent, tones.leader)
  await hears(agent, tones.caller)
  await hears(leader, tones.caller)
  await hears(leader, tones.agent)
  await leader.page.getByTestId('phone-mute').click()
  await hearsNo(agent, tones.leader)
  await leader.page.getByTestId('phone-mute').click()
  await hears(agent, tones.leader)
  expect(await agent.hearsTone(tones.agent)).toBe(false)
  expect(times(caller, 'tone began', tones.leader)).toBe(0)

  await goes(leader, 'Join', 'You have joined: 1004')
  await caller.hears(tones.leader)
  await hears(agent, tones.leader)
  expect(await agent.hearsTone(tones.agent)).toBe(false)

  await leader.page.getByTestId('phone-hang-up').click()
  await leader.page.getByTestId('phone-bar').waitFor({ state: 'detached' })
  await leader.page.locator('.floor-watch').waitFor({ state: 'detached' })
  await until(() => Promise.resolve(times(caller, 'tone ended', tones.leader) === times(caller, 'tone began', tones.leader)), 15_000, 'the caller hears the leader no more')
  await hearsNo(agent, tones.leader)
  await hears(agent, tones.caller)
  expect(await stateOf('1004')).toBe('Talking')
  expect(times(caller, 'tone began', tones.caller)).toBe(0) // nobody hears himself

  await caller.hangUp()
  const record = await sealed(from)
  expect(record.supervisions?.map(({ by, phone, mode, with: whom }) => [by, phone, mode, whom].join(' '))).toEqual([
    '2001 2001 listen 1004', '2001 2001 whisper 1004', '2001 2001 join 1004',
  ])
  expect(record.supervisions?.every((s) => s.ended_at !== null)).toBe(true)
  expect([...agent.errors, ...leader.errors]).toEqual([])
})

test('a leader who has taken a call over holds it and lets it go as an agent does', async () => {
  const from = '13800000012'
  const { agent, leader, caller } = await talk('1005', from)
  await goes(leader, 'Listen', 'You listen: 1005')
  await hears(leader, tones.caller)
  await leader.page.locator('.floor-watch').getByRole('button', { name: 'Take over' }).click()
  await leader.page.locator('.ant-popover').getByRole('button', { name: 'Take over' }).click()
  await leader.page.locator('.floor-watch').getByText('You talk with').waitFor()
  await caller.hears(tones.leader)
  await hears(leader, tones.caller)
  await leader.page.getByTestId('hold').click()
  await hearsNo(leader, tones.caller)
  await leader.page.getByTestId('hold').click()
  await hears(leader, tones.caller)
  await leader.page.getByTestId('transfer').click()
  await leader.page.getByRole('dialog').getByText('The caller was told why').waitFor()
  await leader.page.keyboard.press('Escape')
  await caller.hangUp()
  await leader.page.getByText('You talk with').waitFor({ state: 'detached' })
  expect((await sealed(from)).supervisions?.map(({ by, mode }) => `${by} ${mode}`)).toEqual(['2001 listen'])
  expect([...agent.errors, ...leader.errors]).toEqual([])
})
