// A whole hotline of its own for a journey: the program as it is built, with its switch,
// its database and its NATS, on ports of its own.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The program; `make build` makes it. */
export const program = join(import.meta.dirname, '../../../../bin/sansheng')

/** What a SIP phone says of its call, one line per event. */
export type PhoneLine = { event: string; [field: string]: unknown }

export class Stack {
  private server!: ChildProcess
  private log = ''

  private constructor(
    readonly url: string,
    private readonly sip: string,
    readonly data: string,
    private readonly args: string[],
    private readonly passwords = new Map<string, string>(),
    private readonly callers = new Set<ChildProcess>(),
  ) {}

  /** Starts a demo hotline whose ports are all shifted by offset. */
  static async start(offset: number, flags: string[] = []): Promise<Stack> {
    const data = await mkdtemp(join(tmpdir(), 'sansheng-journey-'))
    const args = ['serve', '--demo', '--headless', '--port-offset', String(offset), '--data', data, ...flags]
    const stack = new Stack(`http://127.0.0.1:${8080 + offset}`, `127.0.0.1:${5060 + offset}`, data, args)
    try {
      await stack.serve()
      const { stdout } = await run(program, ['demo', 'accounts', '--json', '--data', data])
      for (const a of JSON.parse(stdout) as { number: string; password: string }[]) stack.passwords.set(a.number, a.password)
      // Calls are taken before the database is there; journeys look at records.
      await until(() => stack.get('9001', '/api/v1/calls').then(() => true, () => false), 60_000, 'records can be read')
      return stack
    } catch (error) {
      stack.server.kill('SIGINT')
      throw new Error(`start hotline: ${String(error)}\n${stack.log}`)
    }
  }

  /** Starts the program, and waits until it is ready. */
  private async serve(): Promise<void> {
    const server = spawn(program, this.args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.server = server
    server.stdout.on('data', (b) => (this.log += b))
    server.stderr.on('data', (b) => (this.log += b))
    await until(async () => {
      if (server.exitCode !== null) throw new Error(`serve ended with ${server.exitCode}`)
      return (await fetch(`${this.url}/readyz`).catch(() => null))?.status === 200
    }, 120_000, 'the hotline is ready')
  }

  /** Kills the program, and starts it again on what it has left; the switch and its calls go on. */
  async restart(): Promise<void> {
    const ended = once(this.server, 'exit')
    this.server.kill('SIGKILL')
    await ended
    await this.serve()
  }

  async stop(): Promise<void> {
    this.callers.forEach((c) => c.kill('SIGINT'))
    if (this.server.exitCode === null) {
      this.server.kill('SIGINT')
      await once(this.server, 'exit')
    }
    await rm(this.data, { recursive: true, force: true })
  }

  password(number: string): string {
    const password = this.passwords.get(number)
    if (!password) throw new Error(`nobody has the number ${number}`)
    return password
  }

  /** Asks the API as somebody. */
  async get<T>(as: string, path: string): Promise<T> {
    const r = await fetch(this.url + path, { headers: { Authorization: 'Basic ' + btoa(`${as}:${this.password(as)}`) } })
    if (!r.ok) throw new Error(`${path}: ${r.status} ${await r.text()}`)
    return (await r.json()) as T
  }

  /** Has the API do something as somebody. */
  async post<T>(as: string, path: string, body: object): Promise<T> {
    const r = await fetch(this.url + path, {
      method: 'POST', body: JSON.stringify(body),
      headers: { Authorization: 'Basic ' + btoa(`${as}:${this.password(as)}`), 'Content-Type': 'application/json' },
    })
    const text = await r.text()
    if (!r.ok) throw new Error(`${path}: ${r.status} ${text}`)
    return (text ? JSON.parse(text) : undefined) as T
  }

  async order(as: string, agent: string, verb: string, rest: Record<string, unknown> = {}): Promise<void> {
    await this.post(as, `/api/v1/agents/${agent}/orders`, { verb, ...rest })
  }

  /** A member of the public calls a number over SIP; his phone sends a tone. */
  call(to: string, { from = '13800138000', tone = 440, seconds = 0, keys = '' } = {}): Caller {
    const args = ['phone', 'caller', '--json', '--server', this.sip, '--to', to, '--from', from, '--tone', String(tone)]
    if (seconds) args.push('--for', `${seconds}s`)
    if (keys) args.push('--dtmf', keys)
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.callers.add(child)
    return new Caller(child)
  }
}

/** Somebody who calls. */
export class Caller {
  readonly lines: PhoneLine[] = []
  private readonly ended: Promise<unknown>

  constructor(private readonly child: ChildProcess) {
    createInterface({ input: child.stdout! }).on('line', (line) => this.lines.push(JSON.parse(line) as PhoneLine))
    this.ended = once(child, 'close')
  }

  async hangUp(): Promise<void> {
    this.child.kill('SIGINT')
    await this.ended
  }

  /** Waits until he hears a tone of hz, or has heard it. */
  async hears(hz: number): Promise<void> {
    await until(() => Promise.resolve(this.lines.some((l) => l.event === 'tone began' && Math.abs(Number(l.hz) - hz) < 30)), 20_000, `the caller hears ${hz} Hz`)
  }

  /** Waits for the call's end. */
  async over(): Promise<void> {
    await this.ended
  }
}

/** Waits until something holds; what it waits for is in the error. */
export async function until(holds: () => Promise<boolean>, ms: number, what: string): Promise<void> {
  for (const end = Date.now() + ms; ; ) {
    if (await holds()) return
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`)
    await new Promise((go) => setTimeout(go, 100))
  }
}
