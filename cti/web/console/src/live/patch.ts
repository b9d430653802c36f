// Changes name what has changed only. They are put onto what is known, which is what the
// message before has left: the numbers see to that.

/** Something whole that is new, or what has changed of it; null is what is there no more. */
export type Patch<T> = { [K in keyof T]?: T[K] | null }

/** Something after a change; what was known stays as it is. */
export function patched<T extends object>(known: T | undefined, patch: Patch<T>): T {
  const after: Record<string, unknown> = { ...known }
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete after[field]
    else after[field] = value
  }
  return after as T
}
