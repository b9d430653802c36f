// Browsers with a microphone that sends a tone of their own, so that it can be told who
// is heard where.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { program, type Stack } from './stack'

/** A start of the Chromium that the program finds or has unpacked. */
async function chromiumStart(folder: string): Promise<string> {
  const start = join(folder, 'chromium')
  await writeFile(start, `#!/bin/sh\nexec '${program}' with chromium chromium "$@"\n`, { mode: 0o755 })
  return start
}

/** What a browser needs to know of a hotline. */
type Reached = Pick<Stack, 'url' | 'password'>

/** How he has set it. */
type Look = { language?: 'zh' | 'en'; shade?: 'light' | 'dark'; url?: string }

/** A person at a browser. */
export class Person {
  private constructor(readonly page: Page, readonly context: BrowserContext, private readonly profile: string, readonly errors: string[]) {}

  /** Opens a browser whose microphone sends a tone of hz. It knows the hotline by a url: another one leads there by a detour. */
  static async open(stack: Reached, hz: number, { language = 'en', shade = 'light', url = stack.url }: Look = {}): Promise<Person> {
    const profile = await mkdtemp(join(tmpdir(), 'sansheng-browser-'))
    const voice = join(profile, 'voice.wav')
    await writeFile(voice, wav(hz))
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: await chromiumStart(profile), headless: true, baseURL: url, locale: language === 'zh' ? 'zh-CN' : 'en-GB', viewport: { width: 1366, height: 768 },
      permissions: ['microphone', 'notifications'],
      args: ['--no-sandbox', '--disable-gpu', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${voice}`,
        '--allow-loopback-in-peer-connection', '--autoplay-policy=no-user-gesture-required'],
    })
    const page = context.pages()[0] ?? (await context.newPage())
    const errors: string[] = []
    page.on('pageerror', (e) => errors.push(String(e)))
    page.on('console', (m) => {
      if (m.type() === 'error' && /Content Security Policy|Uncaught/.test(m.text())) errors.push(m.text())
    })
    await context.addInitScript(keepConnections)
    await context.addInitScript(countReading)
    await context.addInitScript((kept) => Object.assign(localStorage, kept), { 'sansheng-language': language, 'sansheng-shade': shade })
    return new Person(page, context, profile, errors)
  }

  /** The same person's second page. */
  async another(): Promise<Person> {
    return new Person(await this.context.newPage(), this.context, this.profile, this.errors)
  }

  async login(stack: Reached, number: string): Promise<void> {
    await this.page.goto('/')
    await this.enter(stack, number)
  }

  /** Fills in the login that the page shows. */
  async enter(stack: Reached, number: string): Promise<void> {
    await this.page.fill('input[autocomplete=username]', number)
    await this.page.fill('input[autocomplete=current-password]', stack.password(number))
    await this.page.click('button[type=submit]')
    await this.page.waitForSelector('.frame, .board')
  }

  /** Goes to a page without loading it anew, and waits until it has read what it shows. */
  async visit(path: string): Promise<void> {
    await this.page.evaluate((to) => {
      Object.assign(window, { changed: performance.now() }) // the page before stands until the next one's script is there
      history.pushState(null, '', to)
      dispatchEvent(new PopStateEvent('popstate'))
    }, path)
    await this.settled()
  }

  /** Waits until nothing is being read, and the page has stood still for a moment. */
  async settled(): Promise<void> {
    await this.page.waitForFunction(() => {
      const w = window as unknown as { reading: number; changed: number }
      return w.reading === 0 && performance.now() - w.changed > 600 && !document.querySelector('.ant-spin-spinning, .ant-skeleton-active')
    }, undefined, { timeout: 20_000, polling: 100 })
  }

  /** The strongest frequency that this browser hears, in Hz; 0 is silence. */
  async hears(): Promise<number> {
    return (await this.page.evaluate(heard))[0] ?? 0
  }

  /** Whether a tone of hz is among what this browser hears now. */
  async hearsTone(hz: number): Promise<boolean> {
    return (await this.page.evaluate(heard)).some((f) => Math.abs(f - hz) < 30)
  }

  async close(): Promise<void> {
    await this.page.evaluate(() => fetch('/api/v1/logout', { method: 'POST' })).catch(() => undefined) // nobody was logged in
    await this.context.close()
    await rm(this.profile, { recursive: true, force: true })
  }
}

// In the page: keeps its peer connections, so that their sound can be looked at.
function keepConnections() {
  const kept: RTCPeerConnection[] = []
  Object.assign(window, { kept })
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(config?: RTCConfiguration) {
      super(config)
      kept.push(this)
    }
  }
}

// In the page: counts what is being read, and notes when its elements changed last.
function countReading() {
  const w = Object.assign(window, { reading: 0, changed: 0 })
  const read = window.fetch
  window.fetch = async (...args) => {
    w.reading++
    try {
      return await read(...args)
    } finally {
      w.reading--
      w.changed = performance.now()
    }
  }
  new MutationObserver((changes) => {
    if (changes.some((c) => [...c.addedNodes].some((n) => n instanceof Element))) w.changed = performance.now()
  }).observe(document, { childList: true, subtree: true })
}

// In the page: the frequencies that it hears, the strongest first, and none that is 30 dB fainter.
async function heard(): Promise<number[]> {
  const kept = (window as unknown as { kept: RTCPeerConnection[] }).kept
  const track = kept.filter((c) => c.connectionState === 'connected').at(-1)?.getReceivers().map((r) => r.track).find((t) => t.kind === 'audio')
  if (!track) return []
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  analyser.fftSize = 8192
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser)
  await new Promise((go) => setTimeout(go, 700))
  const bins = new Float32Array(analyser.frequencyBinCount)
  analyser.getFloatFrequencyData(bins)
  const rate = context.sampleRate
  await context.close()
  const peaks = [...bins.keys()].filter((i) => i > 0 && bins[i]! >= -70 && bins[i]! > (bins[i - 1] ?? 0) && bins[i]! >= (bins[i + 1] ?? -Infinity)).sort((a, b) => bins[b]! - bins[a]!)
  return peaks.filter((i) => bins[i]! > bins[peaks[0]!]! - 30).map((i) => (i * rate) / 8192)
}

/** Ten seconds of a tone: WAV, 48 kHz, 16 bits, mono. */
function wav(hz: number): Buffer {
  const rate = 48_000
  const samples = rate * 10
  const b = Buffer.alloc(44 + samples * 2)
  b.write('RIFF', 0)
  b.writeUInt32LE(36 + samples * 2, 4)
  b.write('WAVEfmt ', 8)
  b.writeUInt32LE(16, 16)
  b.writeUInt16LE(1, 20)
  b.writeUInt16LE(1, 22)
  b.writeUInt32LE(rate, 24)
  b.writeUInt32LE(rate * 2, 28)
  b.writeUInt16LE(2, 32)
  b.writeUInt16LE(16, 34)
  b.write('data', 36)
  b.writeUInt32LE(samples * 2, 40)
  for (let i = 0; i < samples; i++) b.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * hz * i) / rate)), 44 + i * 2)
  return b
}
