import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Person } from './browser'
import { callsTo, sealed } from './floor'
import { Stack, until, type Caller } from './stack'

// An operator gives a number a flow, and the next caller meets it.

let stack: Stack
const callers: Caller[] = []

beforeAll(async () => {
  stack = await Stack.start(6500)
})
afterAll(() => stack?.stop())
afterEach(async () => {
  await Promise.all(callers.splice(0).map((c) => c.hangUp()))
})

/** Chooses of a list, by its name. */
async function choose(page: Page, within: Locator | Page, list: string, option: string): Promise<void> {
  const box = within.getByRole('combobox', { name: new RegExp(`^[* ]*${list}[ :]*$`) }) // with its star and colon
  await box.click()
  if (await box.isEditable()) await box.fill(option) // else the list cannot be searched
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: new RegExp(`^${option}$`) }).first().click()
}

const node = (page: Page, id: string) => page.getByTestId('canvas').locator(`[data-node="${id}"]`)

/** Draws from an exit's dot to another node, once the canvas stands still. */
async function draw(page: Page, from: Locator, to: Locator): Promise<void> {
  const at = async (l: Locator) => {
    let box = await l.boundingBox()
    await until(async () => {
      const before = box
      box = await l.boundingBox()
      return before !== null && box !== null && before.x === box.x && before.y === box.y
    }, 5_000, 'the canvas stands still')
    return { x: box!.x + box!.width / 2, y: box!.y + box!.height / 2 }
  }
  const [a, b] = [await at(from), await at(to)]
  await page.mouse.move(a.x, a.y)
  await page.mouse.down()
  await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2, { steps: 5 })
  await page.mouse.move(b.x, b.y, { steps: 5 })
  await page.mouse.up()
}

/** The queue in which a caller of the number waits, and what his record says of his way. */
async function wayOf(from: string, keys = ''): Promise<{ queue: string; flow: string[] }> {
  const caller = stack.call('800100', { from, keys })
  callers.push(caller)
  let queue = ''
  await until(async () => {
    const waiting = (await callsTo(stack, '800100')).find((c) => c.state === 'waiting')
    queue = waiting?.queue ?? ''
    return queue !== ''
  }, 30_000, `${from} waits for a person`)
  await caller.hangUp()
  const record = await sealed(stack, from)
  expect(record.queue_entries!.map((q) => q.queue)).toEqual([queue])
  return { queue, flow: record.flow_path!.filter((s) => s.step === 'flow').map((s) => s.detail ?? '') }
}

test('a flow is drawn, checked, walked and published; callers follow it until it is taken back', async () => {
  const operator = await Person.open(stack, 1000)
  const { page } = operator
  try {
    await operator.login(stack, '3001')
    await operator.visit('/workshop/flows')
    await page.getByRole('button', { name: 'New flow' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Flow').fill('daytime')
    await choose(page, form, 'The person', 'service')
    await choose(page, form, 'For the number', '800100')
    await form.getByRole('button', { name: 'To the draft' }).click()
    await node(page, 'people').waitFor()

    // A menu that says nothing and leads nowhere: each fault is named, and nothing can be published.
    const steps = page.getByRole('group', { name: 'Steps' })
    const tab = (name: string) => page.getByRole('tab', { name: new RegExp(`^${name}`) }).click()
    await steps.getByRole('button', { name: 'Menu' }).click()
    await node(page, 'menu').and(page.locator('.flow-wrong')).waitFor()
    await tab('Check')
    for (const fault of ['“menu” has no exit: callers get no further.', '“menu” lacks: Prompts.', 'No caller comes to “menu”.']) await page.getByText(fault).waitFor()
    await page.getByTestId('draft-bar').getByText('errors:').waitFor()
    await page.getByRole('button', { name: 'Check and publish…' }).click()
    const publishing = page.getByRole('dialog').filter({ hasText: 'Publish the configuration' })
    await publishing.getByRole('link', { name: /^hotline\.flows\[1\]\.nodes\[1\]/ }).first().waitFor()
    expect(await publishing.getByRole('button', { name: 'Publish now' }).isDisabled()).toBe(true)
    await publishing.getByRole('button', { name: 'Close' }).last().click()
    await publishing.waitFor({ state: 'detached' })

    // Key 1 is drawn on the canvas, what leads to a person without one is chosen.
    await page.getByRole('group', { name: 'Ends' }).getByRole('button', { name: 'Queue' }).click()
    await node(page, 'queue').waitFor()
    await choose(page, page.locator('.flow-side'), 'Queue', 'repair')
    await draw(page, node(page, 'menu').locator('.react-flow__handle[data-handleid="+"]'), node(page, 'queue').locator('.react-flow__handle.target'))
    await node(page, 'menu').getByText('Key 1').waitFor()
    await node(page, 'menu').locator('.flow-node-head').click()
    const inspector = page.locator('.flow-side')
    await choose(page, inspector, 'Prompts', 'press-emergency')
    await page.keyboard.press('Escape')
    await choose(page, inspector, 'no key', 'people')
    await choose(page, page, 'Start', 'menu')
    await page.getByTestId('draft-bar').getByText('errors:').waitFor({ state: 'detached' })
    expect(await page.locator('.flow-wrong').count()).toBe(0)

    await tab('Dry run')
    await page.getByLabel('Keys', { exact: true }).fill('1')
    await page.getByRole('button', { name: 'Walk', exact: true }).click()
    await page.getByTestId('walked').getByText('Ends at: Queue repair').waitFor()
    await node(page, 'queue').and(page.locator('.flow-here')).waitFor()
    await node(page, 'menu').and(page.locator('.flow-lit')).waitFor()
    await page.getByTestId('walked').getByRole('button', { name: 'Back' }).click()
    await node(page, 'menu').and(page.locator('.flow-here')).waitFor()

    expect(await wayOf('13800000041')).toEqual({ queue: 'service', flow: [] }) // what is not published is nobody's
    await page.getByRole('button', { name: 'Check and publish…' }).click()
    await publishing.getByText('hotline.flows[daytime]').first().waitFor()
    await publishing.getByLabel('Note').fill('a menu by day')
    await publishing.getByRole('button', { name: 'Publish now' }).click()
    await page.getByText(/^Version \d+ is in force$/).waitFor()

    await operator.visit('/workshop')
    const rows = page.locator('tr.ant-table-row')
    const [newest, before] = [rows.nth(0), rows.nth(1)]
    await newest.filter({ hasText: 'a menu by day' }).filter({ hasText: 'in force' }).waitFor()
    await newest.locator('.ant-checkbox-input').check()
    await before.locator('.ant-checkbox-input').check()
    await page.getByRole('button', { name: 'Compare the two' }).click()
    const drawer = page.getByRole('dialog').filter({ hasText: '→ version' })
    await drawer.getByText('hotline.flows[daytime]').first().waitFor()
    await drawer.getByText('hotline.lines[800100].flow').waitFor()
    await drawer.getByRole('button', { name: 'Close' }).first().click()
    await drawer.waitFor({ state: 'detached' })

    const { queue, flow } = await wayOf('13800000042', '1')
    expect([queue, ...flow]).toEqual(['repair', 'menu, menu', '1: queue, queue'])

    await before.getByRole('button', { name: 'Bring back' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'OK' }).click()
    await rows.filter({ hasText: 'Back to version' }).filter({ hasText: 'in force' }).waitFor()
    expect(await wayOf('13800000043')).toEqual({ queue: 'service', flow: [] })
    expect(operator.errors).toEqual([])
  } finally {
    await operator.close()
  }
})
