import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Person } from './browser'
import { Stack } from './stack'
import { addressOf, thingsOf, type Things } from './things'
import { visits } from './visit'

let stack: Stack
let things: Things

beforeAll(async () => {
  stack = await Stack.start(6000, ['--demo-agents', '2'])
  await stack.call('800100', { seconds: 2 }).over()
  things = await thingsOf(stack)
})
afterAll(() => stack?.stop())

/** What axe finds seriously wrong with a page as it stands. */
async function findings({ page, errors }: Person): Promise<string[]> {
  const own = errors.length
  const { violations } = await new AxeBuilder({ page }).analyze()
  errors.splice(own) // axe looks at styles in ways that the page's policy refuses
  const serious = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
  return serious.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.html} ${n.any[0]?.message ?? ''}`).join(' | ').slice(0, 400)}`)
}

describe.each([['zh', 'light'], ['en', 'dark']] as const)('pages in %s, %s', (language, shade) => {
  for (const as of [...new Set(visits.map((v) => v.as))]) {
    test(`as ${as}: no page has errors or serious findings of axe`, async () => {
      const person = await Person.open(stack, 1000, { language, shade })
      const found: string[] = []
      try {
        await person.page.goto('/')
        await person.page.locator('.login').waitFor()
        found.push(...(await findings(person)).map((f) => `login: ${f}`))
        await person.enter(stack, as)
        for (const visit of visits.filter((v) => v.as === as)) {
          await person.visit(addressOf(visit, things))
          found.push(...(await findings(person)).map((f) => `${visit.path}: ${f}`))
          const missing = /\b(desk|floor|tickets|calls|workshop|people|shell):[a-z]\w+/.exec((await person.page.textContent('body')) ?? '')
          if (missing) found.push(`${visit.path}: the word ${missing[0]} is missing`)
        }
        expect([...found, ...person.errors]).toEqual([])
      } finally {
        await person.close()
      }
    })
  }
})

test('the first load is at most 1.5 MB as sent', async () => {
  const person = await Person.open(stack, 1000)
  try {
    let bytes = 0
    person.page.on('response', (r) => void r.request().sizes().then((s) => (bytes += s.responseBodySize), () => undefined))
    await person.login(stack, '1004')
    await person.visit('/desk')
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThan(1_500_000)
  } finally {
    await person.close()
  }
})

// Counted is the page's own work, by the processor's time: it says the same on a busy machine.
test('the desk can be used after two seconds', async () => {
  const person = await Person.open(stack, 1000)
  try {
    await person.login(stack, '1004')
    const cdp = await person.context.newCDPSession(person.page)
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
    const worked = async () => (await cdp.send('Performance.getMetrics')).metrics.find((m) => m.name === 'TaskDuration')!.value
    const before = await worked()
    await person.page.goto('/desk')
    await person.page.getByTestId('own-state').waitFor()
    const took = (await worked()) - before
    expect(took).toBeGreaterThan(0)
    expect(took).toBeLessThan(2)
  } finally {
    await person.close()
  }
})
