type Query = Record<string, string | number | boolean | undefined>

/** An address of the API with what is asked; parts of the path are already encoded. */
export function address(path: string, query: Query = {}): string {
  const parts = Object.entries(query).filter(([, v]) => v !== undefined && v !== '')
  const text = new URLSearchParams(parts.map(([k, v]) => [k, String(v)])).toString()
  return text ? `${path}?${text}` : path
}
