import type { Config } from '../plan'

export type PhoneAddress = { server: string; port: number; file: string; foreign: boolean }

/** Where a phone registers: our own switch, or the one that the document names. `page` is the host of this page. */
export function phoneAddress(config: Config, page: string): PhoneAddress {
  const offset = config.port_offset ?? 0
  const port = (config.ports?.sip ?? 5060) + offset
  const file = `${config.data ?? ''}/sip-passwords.json`
  const url = config.asterisk?.url
  if (!url) return { server: config.host && config.host !== '0.0.0.0' && config.host !== '::' ? config.host : page, port, file, foreign: false }
  return { server: URL.canParse(url) ? new URL(url).hostname : url, port: 5060, file, foreign: true }
}
