// Pictures of every page in both languages, for README and for people who look.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, test } from 'vitest'
import { Person } from '../browser'
import { Stack, program, until } from '../stack'
import { visits } from '../visit'

const folder = join(program, '../screenshots')
let stack: Stack
let call = ''
let ticket = ''

beforeAll(async () => {
  await mkdir(folder, { recursive: true })
  stack = await Stack.start(6100, ['--demo-agents', '3'])
  await Promise.all([stack.call('800100', { seconds: 6 }).over(), stack.call('800119', { from: '13900139000', seconds: 4 }).over()])
  await until(async () => {
    const { calls } = await stack.get<{ calls: { id: string }[] }>('9001', '/api/v1/calls')
    const { tickets } = await stack.get<{ tickets: { id: string }[] }>('9001', '/api/v1/tickets')
    call = calls[0]?.id ?? ''
    ticket = tickets[0]?.id ?? ''
    return call !== '' && ticket !== ''
  }, 20_000, 'the call is on record and has its ticket')
})
afterAll(() => stack?.stop())

for (const language of ['zh', 'en'] as const) {
  test(`pictures in ${language}`, async () => {
    for (const as of [...new Set(visits.map((v) => v.as))]) {
      const person = await Person.open(stack, 1000, language)
      try {
        await person.login(stack, as)
        for (const { path } of visits.filter((v) => v.as === as)) {
          await person.visit(path.replace(':call', call).replace(':ticket', ticket))
          const name = path.replace(/^\//, '').replace(/[/?=:]+/g, '-')
          await person.page.screenshot({ path: join(folder, `${name}-${language}.png`) })
        }
      } finally {
        await person.close()
      }
    }
  })
}
