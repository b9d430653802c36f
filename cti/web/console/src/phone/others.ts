// One page of a browser has the phone. The others show what it tells them, and have it do
// what is done in them: a call is answered in whichever one looks at.
import type { PhoneState } from './phone'

/** What is done to the phone's own line. */
export type Deed = { act: 'answer' } | { act: 'hangUp' } | { act: 'mute'; on: boolean } | { act: 'keys'; digits: string }

/** What pages say to each other. */
export type Said = { asks: true } | { is: PhoneState } | { does: Deed }

/** The other pages of this browser. */
export type Others = {
  say(said: Said): void
  /** Hears what they say, until the function that it gives is called; then nothing is said either. */
  hear(listen: (said: Said) => void): () => void
}

/** Where there are none, or they cannot be spoken to. */
export const nobody: Others = { say: () => undefined, hear: () => () => undefined }

/** The other pages of the same account. */
export function othersOf(number: string): Others {
  if (!('BroadcastChannel' in window)) return nobody
  const channel = new BroadcastChannel(`sansheng phone ${number}`)
  let open = true
  return {
    say: (said) => {
      if (open) channel.postMessage(said)
    },
    hear: (listen) => {
      channel.onmessage = ({ data }) => listen(data as Said)
      return () => {
        open = false
        channel.close()
      }
    },
  }
}
