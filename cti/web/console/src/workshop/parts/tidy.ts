/** Fields of a form without those that say nothing, so that the document stays short. */
export function tidy(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([k, v]: [string, unknown]) => [k, tidied(v)]))
}

const isGroup = (v: unknown): v is object => typeof v === 'object' && v !== null && !Array.isArray(v)

function tidied(v: unknown): unknown {
  if (v === null || v === '' || v === false || v === 0) return undefined
  if (typeof v === 'string') return v.trim() || undefined
  if (Array.isArray(v)) return v.length > 0 ? v.map((x: unknown) => (isGroup(x) ? tidy(x) : x)) : undefined
  if (typeof v === 'object') {
    const group = tidy(v)
    return Object.values(group).some((x) => x !== undefined) ? group : undefined
  }
  return v
}
