// Pages are loaded when somebody goes there. The server may be away for a moment then, or may
// have been upgraded: the scripts of the version before are gone.
import { lazy, type ComponentType } from 'react'

type Module = { default: ComponentType }

/** The whole console is to be loaded anew; a call outlives that. */
export class Outdated extends Error {}

/** How long until a script is asked for again, in ms. */
const again = 2_000

/** A page whose script is loaded with its first look, however long the server is away. */
export function lazily(load: () => Promise<Module>) {
  return lazy(() => loaded(load))
}

async function loaded(load: () => Promise<Module>): Promise<Module> {
  let away = false
  let tried = false
  for (;;) {
    try {
      return await load()
    } catch (error) {
      const is = await served()
      // Some browsers remember that a script was not there for as long as the page lives.
      if (is === 'another' || (is === 'same' && tried && away)) throw new Outdated()
      if (is === 'same' && tried) throw error
      if (is === 'same') tried = true
      else away = true
      await new Promise((go) => setTimeout(go, again))
    }
  }
}

/** Which version the server has: each has a name of its own for its script. */
async function served(): Promise<'same' | 'another' | 'away'> {
  const own = document.querySelector('script[type="module"][src]')?.getAttribute('src') ?? ''
  try {
    const page = await fetch('/', { cache: 'no-store' })
    if (!page.ok) return 'away'
    return (await page.text()).includes(own) ? 'same' : 'another'
  } catch {
    return 'away'
  }
}

/** Loads the console anew. */
export function anew() {
  location.reload()
}
