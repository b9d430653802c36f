// Routes of the desk's own, read as those of the API's document are.
import { ask, ProblemError } from '../api/client'

/** Asks a route for JSON; what went wrong is a ProblemError. */
export function send<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
  return ask<T>(fetch(path, {
    method, credentials: 'same-origin',
    headers: body === undefined ? { Accept: 'application/json' } : { Accept: 'application/json', 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).then(read<T>))
}

async function read<T>(response: Response): Promise<{ data?: T; error?: unknown; response: Response }> {
  const text = await response.text()
  let said: unknown
  try {
    said = text === '' ? undefined : JSON.parse(text)
  } catch {
    throw new ProblemError(response.ok ? 501 : response.status, 'no JSON', `${response.url}: ${response.status}`)
  }
  return response.ok ? { data: said as T, response } : { error: said, response }
}

/** Whether a route is not there at all, so that what it tells is left out. */
export function absent(error: unknown): boolean {
  return error instanceof ProblemError && [404, 405, 501].includes(error.status)
}
