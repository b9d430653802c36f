/** What one page of a browser does at a time. */
export type Turn = {
  begin: () => void
  /** Another page has the turn; it begins here when that one ends. */
  wait: () => void
  end: () => void
}

/** Does something in turn with the browser's other pages; what it gives ends it here. */
export function inTurn(name: string, { begin, wait, end }: Turn): () => void {
  const locks = navigator.locks as LockManager | undefined // pages of plain HTTP have none, nor a microphone
  if (!locks) {
    begin()
    return end
  }
  const over = new AbortController()
  let pass: (() => void) | undefined
  const take = () => new Promise<void>((done) => {
    if (over.signal.aborted) return done()
    pass = done
    begin()
  })
  void locks.request(name, { ifAvailable: true }, (lock) => {
    if (lock) return take()
    if (over.signal.aborted) return
    wait()
    void locks.request(name, { signal: over.signal }, take).catch(() => undefined) // it has ended before its turn
  })
  return () => {
    over.abort()
    if (!pass) return
    end()
    pass()
  }
}
