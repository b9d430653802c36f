// How long it takes from a fact to the screen, and what comes over the wire for it, on a
// floor that BenchmarkFloorOnScreen keeps busy (`npm run measure`).
import { writeFile } from 'node:fs/promises'
import { test } from 'vitest'
import { Person } from '../browser'
import { until } from '../stack'
import { Wire } from './wire'

const given = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: npm run measure sets it`)
  return value
}

type Noted = { delays: number[]; deltas: number; bytes: number }

test('the floor on a screen', async () => {
  const seconds = Number(given('FLOOR_SECONDS'))
  const wire = await Wire.to(new URL(given('FLOOR_URL')))
  const stack = { url: wire.url, password: () => given('FLOOR_PASSWORD') }
  const leader = await Person.open(stack, 440)
  try {
    await leader.page.addInitScript(note)
    await leader.login(stack, given('FLOOR_ACCOUNT'))
    await leader.page.goto('/floor')
    await until(() => leader.page.evaluate(() => document.querySelectorAll('.floor-card').length > 0 && Number(document.querySelector('#floor-agents .ant-tag')?.textContent) >= 1000), 60_000, 'a thousand agents are shown')
    await leader.page.evaluate(() => Object.assign((window as unknown as { noted: Noted }).noted, { delays: [], deltas: 0, bytes: 0 }))
    const cdp = await leader.context.newCDPSession(leader.page)
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
    const work = async () => new Map((await cdp.send('Performance.getMetrics')).metrics.map((m) => [m.name, m.value]))
    const [before, worked, began] = [wire.bytes, await work(), performance.now()]
    await new Promise((go) => setTimeout(go, seconds * 1_000)) // as long as is measured
    const noted = await leader.page.evaluate(() => (window as unknown as { noted: Noted }).noted)
    const [took, works] = [(performance.now() - began) / 1_000, await work()]
    /** What the page has worked of a second, by the processor's time: it says the same on a busy machine. */
    const share = (name: string) => Math.round(1000 * ((works.get(name) ?? 0) - (worked.get(name) ?? 0)) / took)
    if (noted.delays.length < seconds * 20) throw new Error(`only ${noted.delays.length} changes were painted in ${took} s`)
    const sorted = noted.delays.sort((a, b) => a - b)
    const at = (p: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]!)
    const result = {
      deltas: noted.deltas, p50: at(0.5), p95: at(0.95), p99: at(0.99), raw: Math.round(noted.bytes / took), wire: Math.round((wire.bytes - before) / took),
      busy: share('TaskDuration'), script: share('ScriptDuration'), layout: share('LayoutDuration'), style: share('RecalcStyleDuration'),
    }
    await writeFile(given('FLOOR_RESULT'), JSON.stringify(result))
  } finally {
    await leader.close()
    await wire.close()
  }
})

// In the page: counts what its WebSockets bring, and notes for each agent that has changed
// how long ago that was when it was painted. An agent's `since` is the time of the fact.
function note() {
  const noted: Noted = { delays: [], deltas: 0, bytes: 0 }
  Object.assign(window, { noted })
  const Socket = window.WebSocket
  window.WebSocket = class extends Socket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      this.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer | Blob | string>) => {
        noted.bytes += data instanceof ArrayBuffer ? data.byteLength : data instanceof Blob ? data.size : data.length
      })
    }
  }
  addEventListener('floor-drawn', (e) => {
    const news = (e as CustomEvent<{ delta?: { agents?: { since?: string }[] | null } }[]>).detail
    requestAnimationFrame(() => {
      const painted = new MessageChannel() // its message comes once the frame is on the screen
      painted.port1.onmessage = () => {
        const now = performance.timeOrigin + performance.now()
        for (const { delta } of news) {
          if (!delta) continue
          noted.deltas++
          for (const a of delta.agents ?? []) if (a.since) noted.delays.push(now - Date.parse(a.since))
        }
      }
      painted.port2.postMessage(null)
    })
  })
}
