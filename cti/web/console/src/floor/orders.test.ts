import { expect, test } from 'vitest'
import { orderEach } from './orders'

test('who refuses does not keep an order from the others, and is named', async () => {
  const asked: string[] = []
  const no = new Error('his phone is not registered')
  const outcome = await orderEach(['1001', '1002', '1003'], async (agent) => {
    asked.push(agent)
    if (agent === '1002') throw no
  })
  expect(asked).toEqual(['1001', '1002', '1003'])
  expect(outcome).toEqual({ done: ['1001', '1003'], failed: [{ agent: '1002', error: no }] })
})
