// What journeys do with agents: have one at a browser that is his phone, and see what the
// hotline says of him and of his calls.
import { Person } from './browser'
import { until, type Caller, type Stack } from './stack'

export type Agent = { agent: string; state: string; reachable: boolean; call?: string }

export type LiveCall = { call: string; company: string; did: string; caller: string; state: string; queue?: string; agent?: string }

export type Story = {
  id: string; caller: string; company: string; hash: string | null
  offers: { agent: string; result: string | null }[] | null
  flow_path: { step: string; detail?: string }[] | null
  queue_entries: { queue: string }[] | null
  recordings: { name: string }[] | null
}

export async function agentOf(stack: Stack, number: string): Promise<Agent> {
  const { agents } = await stack.get<{ agents: Agent[] }>('9001', '/api/v1/agents')
  const found = agents.find((a) => a.agent === number)
  if (!found) throw new Error(`nobody has the number ${number}`)
  return found
}

/** The calls that are going on, to a number. */
export async function callsTo(stack: Stack, did: string): Promise<LiveCall[]> {
  const { calls } = await stack.get<{ calls: LiveCall[] }>('9001', '/api/v1/live?view=floor')
  return calls.filter((c) => c.did === did)
}

/** An agent at his desk, ready, with the browser as his phone. */
export async function atDesk(stack: Stack, number: string, hz: number, url?: string): Promise<Person> {
  const person = await Person.open(stack, hz, { url })
  try {
    await person.login(stack, number)
    await person.visit('/desk')
    await person.page.locator('.desk-which .ant-segmented-item').first().click()
    await isReady(stack, person, number)
    return person
  } catch (error) {
    await person.close()
    throw error
  }
}

/** Waits until an agent is ready at his browser. */
export async function isReady(stack: Stack, person: Person, number: string): Promise<void> {
  await until(async () => {
    const { state, reachable } = await agentOf(stack, number)
    return state === 'Ready' && reachable && (await person.page.getByTestId('phone-lost').count()) === 0
  }, 40_000, `${number} is ready at his browser`)
}

/** Takes the call that rings, and talks. */
export async function answer(person: Person, caller: Caller, hz: number): Promise<void> {
  await person.page.getByTestId('ringing').waitFor({ timeout: 40_000 })
  await person.page.getByTestId('answer').click()
  await hears(person, 440)
  await caller.hears(hz)
}

/** Waits until a person hears a tone of hz. */
export async function hears(person: Person, hz: number): Promise<void> {
  await until(async () => Math.abs((await person.hears()) - hz) < 30, 15_000, `${hz} Hz is heard`)
}

/** The record of who has called from a number, once it is sealed. */
export async function sealed(stack: Stack, from: string): Promise<Story> {
  const why = encodeURIComponent('a journey of the tests')
  let found: Story | undefined
  await until(async () => {
    const { calls } = await stack.get<{ calls: Story[] }>('9001', `/api/v1/calls?reveal=${why}`)
    found = calls.find((c) => c.caller === from)
    return !!found?.hash
  }, 20_000, `the record of ${from} is sealed`)
  return found!
}
