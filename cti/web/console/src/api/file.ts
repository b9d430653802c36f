// What is no JSON one way or the other: files up and down.
import { ProblemError, send } from './client'

/** Reads a file and gives it to the browser to keep. */
export async function download(path: string, name: string): Promise<void> {
  save(await send('GET', path, undefined, (response) => response.blob()), name)
}

/** Gives the browser a file to keep. */
export function save(blob: Blob, name: string): void {
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
