// Routes that a server may not have.
import { ProblemError } from '../api/client'

/** Whether a route is not there at all, so that what it tells is left out. */
export function absent(error: unknown): boolean {
  return error instanceof ProblemError && [404, 405, 501].includes(error.status)
}
