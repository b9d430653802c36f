// The API as the OpenAPI document describes it: `npm run types` makes schema.d.ts.
import createClient from 'openapi-fetch'
import type { components, paths } from './schema'

/** What the API answers and takes, by its name in the document: Schema<'Ticket'>. */
export type Schema<N extends keyof components['schemas']> = components['schemas'][N]

export const api = createClient<paths>({ baseUrl: '/', credentials: 'same-origin' })

/** A problem document (RFC 9457), or what kept a request from its answer. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: { location?: string; message?: string }[] = [],
    /** Names the request in the server's log. */
    readonly id: string = '',
    /** What programs tell problems apart by, as in code-needed. */
    readonly kind: string = '',
    /** What it is told by in the user's language, and what that is about. */
    readonly code: string = '',
    readonly args: string[] = [],
  ) {
    super(detail || title)
  }
}

type Answer<T> = { data?: T; error?: unknown; response: Response }

/**
 * Waits for an answer and gives its body; throws a ProblemError where there is
 * none. Who was logged out elsewhere is told so by the shell (see onLoggedOut).
 */
export async function ask<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>
  try {
    answer = await request
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause
    throw new ProblemError(0, 'unreachable', cause instanceof Error ? cause.message : String(cause))
  }
  if (answer.response.ok) return answer.data as T
  const problem = problemOf(answer.error, answer.response)
  if (problem.status === 401 && (problem.kind === 'login-needed' || problem.kind === 'login-ended')) listeners.forEach((listen) => listen(problem))
  throw problem
}

/**
 * Asks a route by its address, with JSON or a file as it is, and gives what `read` makes
 * of the answer, its JSON where nothing else is said: for what the typed client cannot do,
 * and types that are a page's own. A signal ends it.
 */
export function send<T>(method: string, path: string, body?: unknown, read: (response: Response) => Promise<T> = jsonOf<T>, signal?: AbortSignal): Promise<T> {
  const file = body instanceof Blob
  const type = file ? body.type || 'application/octet-stream' : 'application/json'
  return ask<T>(fetch(path, {
    method, credentials: 'same-origin', signal,
    ...(body !== undefined && { headers: { 'Content-Type': type }, body: file ? body : JSON.stringify(body) }),
  }).then(async (response) => (response.ok ? { data: await read(response), response } : { error: saidOf(await response.text()), response })))
}

async function jsonOf<T>(response: Response): Promise<T> {
  const text = await response.text()
  if (text === '') return undefined as T
  try {
    return JSON.parse(text) as T
  } catch {
    throw new ProblemError(501, 'no JSON', response.url)
  }
}

/** What an answer says that is no success: a problem, or the words of a proxy in between. */
function saidOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return { detail: text }
  }
}

function problemOf(body: unknown, response: Response): ProblemError {
  const p = (typeof body === 'object' && body !== null ? body : {}) as Partial<Schema<'Problem'>>
  const errors = (p.errors ?? []).map((e) => ({ location: e.location, message: e.message }))
  return new ProblemError(response.status, p.title ?? response.statusText, p.detail ?? '', errors, response.headers.get('X-Request-Id') ?? '', (p.type ?? '').replace(/^urn:sansheng:problem:/, ''), p.code ?? '', p.args ?? [])
}

const listeners = new Set<(why: ProblemError) => void>()

/** Calls back when an answer says that nobody is logged in (any more). */
export function onLoggedOut(listen: (why: ProblemError) => void): () => void {
  listeners.add(listen)
  return () => void listeners.delete(listen)
}
