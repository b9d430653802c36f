// A wire between a browser and the hotline that can be cut: then nothing goes through, and
// nobody is told, as where a cable is pulled. DevTools' offline mode leaves open WebSockets
// open, and tells the page.
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

type Pair = readonly [Socket, Socket]

export class Wire {
  private readonly pairs = new Set<Pair>()
  private dead = false

  private constructor(private readonly server: Server, readonly url: string) {}

  /** Lays a wire to the hotline at an address; browsers take this one's instead. */
  static async to(address: string): Promise<Wire> {
    const { hostname, port } = new URL(address)
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const wire = new Wire(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    server.on('connection', (near) => wire.join([near, connect(Number(port), hostname)]))
    return wire
  }

  cut(): void {
    this.dead = true
    this.pairs.forEach((pair) => pair.forEach((s) => s.pause()))
  }

  /** Connects again. What was connected goes on, or is forgotten as by a router with too little memory. */
  mend(forgotten = false): void {
    this.dead = false
    for (const pair of this.pairs) {
      if (!forgotten && !pair.some((s) => s.destroyed)) pair.forEach((s) => s.resume())
      else {
        this.pairs.delete(pair)
        pair.forEach((s) => s.resetAndDestroy())
      }
    }
  }

  async close(): Promise<void> {
    this.mend(true)
    this.server.close()
    await once(this.server, 'close')
  }

  private join(pair: Pair) {
    this.pairs.add(pair)
    const lay = (from: Socket, to: Socket) => {
      from.setNoDelay(true)
      from.on('data', (b) => {
        if (!to.write(b)) from.pause()
      })
      to.on('drain', () => this.dead || from.resume())
      from.on('error', () => undefined) // its end is told by close
      from.on('close', () => {
        if (this.dead) return // nobody is told
        this.pairs.delete(pair)
        to.destroySoon()
      })
      if (this.dead) from.pause()
    }
    lay(pair[0], pair[1])
    lay(pair[1], pair[0])
  }
}
