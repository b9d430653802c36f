// What is done before somebody logs out, while he still may: what he has written goes to the
// server, and does not stay in a browser that others use.
const deeds = new Set<() => Promise<unknown>>()

/** How long that may take, in ms: a server that is away keeps nobody. */
const within = 3_000

/** Has something done first; the function that it gives takes it back. */
export function beforeLeaving(deed: () => Promise<unknown>): () => void {
  deeds.add(deed)
  return () => void deeds.delete(deed)
}

/** Does all of it, as far as it can be done. */
export async function leaving(): Promise<void> {
  await Promise.race([Promise.allSettled([...deeds].map((deed) => deed())), new Promise((go) => setTimeout(go, within))])
}
