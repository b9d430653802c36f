// The phone's way to the switch. A network that goes away without a word leaves a WebSocket
// open for minutes, and nobody tells. But the switch asks every registered phone each 10 s
// whether it is there: where it is silent for longer, the line is dead and another is made.
import type { Socket } from 'jssip/lib/Socket'

/** Silence in ms after which a watched line is dead: two of the switch's questions are missing. */
const silentFor = 22_000

/** How long a line may take to open, in ms. */
const opensWithin = 6_000

const nothing = () => undefined

/** A WebSocket for JsSIP, which makes another one whenever it is told that this is lost. */
export class Line implements Socket {
  readonly sip_uri: string
  via_transport: string
  private ws?: WebSocket
  private watched = false
  private timer?: ReturnType<typeof setTimeout>

  constructor(readonly url: string) {
    const { protocol, host } = new URL(url)
    this.sip_uri = `sip:${host};transport=ws`
    this.via_transport = protocol === 'wss:' ? 'WSS' : 'WS'
  }

  // JsSIP puts its own in their place.
  onconnect: () => void = nothing
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = nothing
  ondata: (data: unknown) => void = nothing

  connect(): void {
    if (this.ws) return
    const ws = new WebSocket(this.url, 'sip')
    this.ws = ws
    ws.binaryType = 'arraybuffer'
    ws.onopen = () => {
      this.listen()
      this.onconnect()
    }
    ws.onmessage = ({ data }) => {
      this.listen()
      this.ondata(data)
    }
    ws.onclose = ({ wasClean, code, reason }) => this.lose(!wasClean, code, reason)
    this.limit(opensWithin)
  }

  disconnect(): void {
    this.drop()
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    if (!this.ws || !this.isConnected()) return false
    this.ws.send(message as string)
    return true
  }

  isConnected(): boolean {
    return this.ws?.readyState === WebSocket.OPEN
  }

  isConnecting(): boolean {
    return this.ws?.readyState === WebSocket.CONNECTING
  }

  /** Whether silence tells anything: only a phone that is registered is asked. */
  watch(on: boolean): void {
    this.watched = on
    if (this.isConnected()) this.listen()
  }

  private listen() {
    clearTimeout(this.timer)
    if (this.watched) this.limit(silentFor)
  }

  private limit(ms: number) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.lose(true, 1006, 'silent'), ms)
  }

  private lose(error: boolean, code: number, reason: string) {
    if (this.drop()) this.ondisconnect(error, code, reason)
  }

  private drop(): boolean {
    clearTimeout(this.timer)
    const ws = this.ws
    if (!ws) return false
    this.ws = undefined
    ws.onopen = ws.onmessage = ws.onclose = null
    ws.close()
    return true
  }
}
