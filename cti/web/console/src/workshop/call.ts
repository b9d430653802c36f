import { ask } from '../api/client'

type Query = Record<string, string | number | boolean | undefined>

/** An address of the API with what is asked; parts of the path are already encoded. */
export function address(path: string, query: Query = {}): string {
  const parts = Object.entries(query).filter(([, v]) => v !== undefined && v !== '')
  const text = new URLSearchParams(parts.map(([k, v]) => [k, String(v)])).toString()
  return text ? `${path}?${text}` : path
}

/** Asks a route that api/schema.d.ts does not describe; fails as ask does. */
export function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const file = body instanceof Blob
  return ask<T>(fetch(path, {
    method, credentials: 'same-origin',
    headers: body === undefined ? {} : { 'Content-Type': file ? 'application/octet-stream' : 'application/json' },
    body: body === undefined || file ? (body as Blob | undefined) : JSON.stringify(body),
  }).then(async (response) => {
    const said: unknown = await response.json().catch(() => undefined)
    return response.ok ? { data: said as T, response } : { error: said, response }
  }))
}
