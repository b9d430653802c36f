// Pictures of every page in both languages, for README and for people who look.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, test } from 'vitest'
import { Person } from '../browser'
import { Stack, program } from '../stack'
import { addressOf, thingsOf, type Things } from '../things'
import { visits } from '../visit'

const folder = join(program, '../screenshots')
let stack: Stack
let things: Things

beforeAll(async () => {
  await mkdir(folder, { recursive: true })
  stack = await Stack.start(6100, ['--demo-agents', '3'])
  await Promise.all([stack.call('800100', { seconds: 6 }).over(), stack.call('800119', { from: '13900139000', seconds: 4 }).over()])
  things = await thingsOf(stack)
})
afterAll(() => stack?.stop())

for (const language of ['zh', 'en'] as const) {
  test(`pictures in ${language}`, async () => {
    for (const as of [...new Set(visits.map((v) => v.as))]) {
      const person = await Person.open(stack, 1000, { language })
      try {
        await person.page.goto('/')
        await person.page.locator('.login').waitFor()
        await person.page.screenshot({ path: join(folder, `login-${language}.png`) })
        await person.enter(stack, as)
        for (const visit of visits.filter((v) => v.as === as)) {
          await person.visit(addressOf(visit, things))
          const name = visit.path.replace(/^\//, '').replace(/[/?=:]+/g, '-')
          await person.page.screenshot({ path: join(folder, `${as === '6001' ? 'clerk-' : ''}${name}-${language}.png`) })
        }
      } finally {
        await person.close()
      }
    }
  })
}
