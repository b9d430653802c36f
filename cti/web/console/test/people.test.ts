import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Person } from './browser'
import { Stack } from './stack'

let stack: Stack

beforeAll(async () => {
  stack = await Stack.start(6300)
})
afterAll(() => stack?.stop())

/** What an authenticator shows for a secret (RFC 6238), some steps from now. */
function codeOf(secret: string, steps: number): string {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((b) => parseInt(b, 2)))
  const step = Buffer.alloc(8)
  step.writeBigInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps))
  const sum = createHmac('sha1', key).update(step).digest()
  return String((sum.readUInt32BE(sum.at(-1)! & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

test('an operator makes an account, its owner sets a password by the link and logs in with a code', async () => {
  const operator = await Person.open(stack, 1000)
  const leader = await Person.open(stack, 1000)
  const password = 'three rings at most'
  try {
    await operator.login(stack, '3001')
    await operator.visit('/workshop/people')
    expect(await operator.page.textContent('table')).not.toContain('9001')
    await operator.page.getByRole('button', { name: 'New account' }).click()
    const form = operator.page.getByRole('dialog')
    await form.getByLabel('Number').fill('2011')
    await form.getByLabel('Name').fill('李丽')
    await form.getByRole('combobox', { name: 'Role' }).click()
    await operator.page.locator('.ant-select-dropdown:visible .ant-select-item-option').filter({ hasText: 'Shift leader' }).click()
    await form.getByRole('button', { name: 'Save' }).click()
    const link = await operator.page.getByRole('dialog').filter({ hasText: 'One-time link of 2011' }).locator('code').textContent()
    expect(link).toMatch(new RegExp(`^${stack.url}/reset#[A-Z2-7]+$`))

    const page = leader.page
    await page.goto(link!)
    await page.getByLabel('New password').fill(password)
    await page.getByLabel('Once more').fill(password)
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    await page.getByRole('button', { name: 'To the login' }).click()
    expect(page.url()).not.toContain('#')
    const fill = async () => {
      await page.fill('input[autocomplete=username]', '2011')
      await page.fill('input[autocomplete=current-password]', password)
      await page.click('button[type=submit]')
    }
    await fill()
    await page.waitForSelector('.frame')

    await leader.visit('/me')
    await page.getByLabel('Your password').fill(password)
    await page.getByRole('button', { name: 'Set up' }).click()
    await page.getByRole('img', { name: 'QR code for one-time codes' }).waitFor()
    const secret = (await page.locator('code').first().textContent())!
    await page.getByLabel('Type the six digits').fill(codeOf(secret, -1))
    await page.getByRole('button', { name: 'Turn on' }).click()
    await page.getByText('On: a login takes a one-time code.').waitFor()

    await page.getByRole('button', { name: 'Log out' }).click()
    await fill()
    await page.getByLabel('One-time code').fill(codeOf(secret, 0))
    await page.click('button[type=submit]')
    await page.waitForSelector('.frame')

    // Disabled, he is out, without anything being loaded anew.
    await operator.page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
    await operator.page.getByRole('button', { name: 'Disable 2011' }).click()
    await operator.page.getByRole('button', { name: 'OK' }).click()
    await operator.page.locator('tr', { hasText: '2011' }).getByText('Disabled').waitFor()
    await leader.visit('/calls')
    await page.waitForSelector('input[autocomplete=username]')
    expect([...operator.errors, ...leader.errors]).toEqual([])
  } finally {
    await Promise.all([operator.close(), leader.close()])
  }
})
