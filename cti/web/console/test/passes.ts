// What the server of live data says to who comes with a pass.
import type { Page } from 'playwright-core'

export type Pass = { token: string; inbox: string; desk?: string; floor?: string }

/** Takes a pass as the person of a page. */
export function passOf(page: Page): Promise<Pass> {
  return page.evaluate(async () => (await (await fetch('/api/v1/live/pass', { method: 'POST' })).json()) as Pass)
}

/** Connects from a page with a token, says some lines of the protocol of NATS, and tells all that is answered. */
export function natsAnswers(page: Page, token: string, lines: string[] = []): Promise<string> {
  return page.evaluate(({ token, lines }) => new Promise<string>((done) => {
    const socket = new WebSocket(`ws://${location.host}/nats`)
    socket.binaryType = 'arraybuffer'
    const words = new TextDecoder()
    let said = ''
    socket.onopen = () => {
      const connect = JSON.stringify({ auth_token: token, verbose: false, pedantic: false, lang: 'test', version: '1', protocol: 1 })
      socket.send([`CONNECT ${connect}`, ...lines, 'PING', ''].join('\r\n'))
    }
    socket.onmessage = ({ data }) => {
      said += words.decode(data as ArrayBuffer)
      if (said.includes('PONG')) socket.close()
    }
    socket.onclose = () => done(said)
  }), { token, lines })
}
