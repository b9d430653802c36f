// Which field of a form a fault of the server's belongs to.

export type FieldName = (string | number)[]

/** The way to a place within an element: outside[1].prefixes[0] is outside, 1, prefixes, 0. */
export function wayOf(within: string): FieldName {
  return [...within.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map((m) => (m[1] !== undefined ? Number(m[1]) : m[2]!))
}

/** The field that has a place, or has it within it; undefined where the form has none. */
export function fieldAt(within: string, fields: FieldName[]): FieldName | undefined {
  const way = wayOf(within)
  return fields
    .filter((f) => f.length > 0 && f.length <= way.length && f.every((step, i) => String(step) === String(way[i])))
    .sort((a, b) => b.length - a.length)[0]
}

/** The faults by field; what no field has is left to what stands above the form. */
export function byField(faults: { within: string; text: string }[], fields: FieldName[]): { name: FieldName; errors: string[] }[] {
  const found = new Map<string, { name: FieldName; errors: string[] }>()
  for (const { within, text } of faults) {
    const name = fieldAt(within, fields)
    if (!name) continue
    const key = name.join('.')
    const there = found.get(key)
    if (there) there.errors.push(text)
    else found.set(key, { name, errors: [text] })
  }
  return [...found.values()]
}
