import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Person } from './browser'
import { Stack, until } from './stack'
import { visits } from './visit'

let stack: Stack
let call = ''
let ticket = ''

beforeAll(async () => {
  stack = await Stack.start(6000, ['--demo-agents', '2'])
  await stack.call('800100', { seconds: 2 }).over()
  await until(async () => {
    const { calls } = await stack.get<{ calls: { id: string }[] }>('9001', '/api/v1/calls')
    const { tickets } = await stack.get<{ tickets: { id: string }[] }>('9001', '/api/v1/tickets')
    call = calls[0]?.id ?? ''
    ticket = tickets[0]?.id ?? ''
    return call !== '' && ticket !== ''
  }, 20_000, 'the call is on record and has its ticket')
})
afterAll(() => stack?.stop())

describe.each(['zh', 'en'] as const)('pages in %s', (language) => {
  for (const as of [...new Set(visits.map((v) => v.as))]) {
    test(`as ${as}: no page has errors or serious findings of axe`, async () => {
      const person = await Person.open(stack, 1000, language)
      const found: string[] = []
      try {
        await person.login(stack, as)
        for (const { path } of visits.filter((v) => v.as === as)) {
          await person.visit(path.replace(':call', call).replace(':ticket', ticket))
          const own = person.errors.length
          const { violations } = await new AxeBuilder({ page: person.page }).analyze()
          person.errors.splice(own) // axe looks at styles in ways that the page's policy refuses
          const serious = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
          found.push(...serious.map((v) => `${path}: ${v.id}: ${v.nodes.map((n) => `${n.html} ${n.any[0]?.message ?? ''}`).join(' | ').slice(0, 400)}`))
          const missing = /\b(desk|floor|tickets|calls|workshop|people|shell):[a-z]\w+/.exec((await person.page.textContent('body')) ?? '')
          if (missing) found.push(`${path}: the word ${missing[0]} is missing`)
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
