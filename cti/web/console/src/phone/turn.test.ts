import { afterEach, expect, test, vi } from 'vitest'
import { inTurn } from './turn'

/** Locks as a browser's pages share them. */
class Locks {
  private held = new Map<string, Promise<void>>()

  async request(name: string, options: { ifAvailable?: boolean; signal?: AbortSignal }, work: (lock: object | null) => Promise<void> | void): Promise<void> {
    await Promise.resolve()
    const before = this.held.get(name)
    if (before && options.ifAvailable) return work(null)
    let done = () => undefined as void
    this.held.set(name, new Promise((go) => (done = go)))
    await before
    try {
      options.signal?.throwIfAborted()
      await work({})
    } finally {
      done()
    }
  }
}

const settle = () => new Promise((go) => setTimeout(go))

function page(said: string[], name: string) {
  return inTurn('phone 1001', { begin: () => said.push(`${name} begins`), wait: () => said.push(`${name} waits`), end: () => said.push(`${name} ends`) })
}

afterEach(() => vi.unstubAllGlobals())

test('a page has its turn when the one before has ended, and one that is gone has none', async () => {
  vi.stubGlobal('navigator', { locks: new Locks() })
  const said: string[] = []
  const first = page(said, 'first')
  await settle()
  const second = page(said, 'second')
  const third = page(said, 'third')
  await settle()
  second()
  first()
  await settle()
  third()
  await settle()
  expect(said).toEqual(['first begins', 'second waits', 'third waits', 'first ends', 'third begins', 'third ends'])
})

test('a browser without locks has every page begin', () => {
  vi.stubGlobal('navigator', {})
  const said: string[] = []
  page(said, 'first')()
  expect(said).toEqual(['first begins', 'first ends'])
})
