// What is no JSON one way or the other: files up and down.
import { ask, ProblemError } from './client'

/** Sends a body as it is and gives the JSON of the answer. */
export function sendFile<T>(method: 'PUT' | 'POST', path: string, body: Blob): Promise<T> {
  const type = body.type || 'application/octet-stream'
  return ask<T>(fetch(path, { method, credentials: 'same-origin', headers: { 'Content-Type': type, Accept: 'application/json' }, body }).then(json<T>))
}

/** Reads a route's JSON where the document does not tell of it. */
export function readJSON<T>(path: string): Promise<T> {
  return ask<T>(fetch(path, { credentials: 'same-origin', headers: { Accept: 'application/json' } }).then(json<T>))
}

/** Reads a file and gives it to the browser to keep. */
export async function download(path: string, name: string): Promise<void> {
  const blob = await ask<Blob>(fetch(path, { credentials: 'same-origin' }).then(async (response) => (
    response.ok ? { data: await response.blob(), response } : { error: parse(await response.text()), response }
  )))
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000) // the browser has begun by then
}

/** Whether a route is not there, or not for this role, so that what it tells is left out. */
export function absent(error: unknown): boolean {
  return error instanceof ProblemError && [403, 404, 405, 501].includes(error.status)
}

async function json<T>(response: Response): Promise<{ data?: T; error?: unknown; response: Response }> {
  const said = parse(await response.text())
  if (response.ok && said === undefined && response.status !== 204) throw new ProblemError(501, 'no JSON', response.url)
  return response.ok ? { data: said as T, response } : { error: said, response }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
