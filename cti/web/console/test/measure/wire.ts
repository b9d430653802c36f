// A way through which a browser reaches a server, on which the bytes of WebSockets count.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export class Wire {
  /** What has come down WebSockets, as it was sent: compressed, with its frames. */
  bytes = 0
  private readonly open = new Set<Socket>()

  private constructor(private readonly server: Server) {}

  static async to(target: URL): Promise<Wire> {
    const server = createServer()
    const wire = new Wire(server)
    server.on('connection', (down) => wire.carry(down, target))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return wire
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  private carry(down: Socket, target: URL) {
    const up = connect(Number(target.port), target.hostname)
    let socket = false
    down.on('data', (b) => (socket ||= b.subarray(0, 9).toString('latin1') === 'GET /nats'))
    up.on('data', (b) => { if (socket) this.bytes += b.length })
    for (const [one, other] of [[down, up], [up, down]] as const) {
      this.open.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => { this.open.delete(one); other.destroy() })
    }
  }

  async close(): Promise<void> {
    this.open.forEach((s) => s.destroy())
    this.server.close()
    await once(this.server, 'close')
  }
}
