// The document as text and as a tree. Edits go into the tree of the text, so that what an
// operator has written beside it, comments and order, stays where it is.
import { isMap, isScalar, isSeq, parseDocument, visit, type Document, type Node, type Pair, type Scalar } from 'yaml'
import type { Config } from '../plan'

export type Path = (string | number)[]

/** Keys under which there are numbers; all other digits are telephone numbers and names. */
const numeric = new Set([
  'port_offset', 'ports', 'keep_days', 'level', 'skills', 'ring_at_once', 'priority', 'overflow_length', 'attempts', 'tries', 'wait',
  'min', 'max', 'low', 'scores', 'per_hour', 'version', 'decimals',
])

/** Reads a text; throws an Error with the line where it is no YAML. */
export function read(text: string): Document {
  const doc = parseDocument(text, { prettyErrors: true }) as unknown as Document
  const [error] = doc.errors
  if (error) throw new Error(error.message)
  visit(doc, {
    Scalar(key, node, path) {
      const scalar = node as Scalar & { source?: string }
      if (typeof scalar.value !== 'number') return
      const keys = path.filter((p) => (p as Pair).key !== undefined).map((p) => String(((p as Pair).key as Scalar | null)?.value))
      if (key === 'key' || !keys.some((k) => numeric.has(k))) scalar.value = scalar.source ?? String(scalar.value)
    },
  })
  return doc
}

/** What the document says. */
export function configOf(doc: Document): Config {
  return (doc.toJS() ?? {}) as Config
}

/** The document's text. */
export function write(doc: Document): string {
  return doc.toString({ lineWidth: 0 })
}

/** Puts a value at a place; what is equal there already is left alone, comments and all. */
export function put(doc: Document, path: Path, value: unknown): void {
  if (value === undefined) {
    doc.deleteIn(path)
    return
  }
  if (path.length === 0) {
    doc.contents = merged(doc, doc.contents, value) as typeof doc.contents
    return
  }
  doc.setIn(path, merged(doc, doc.getIn(path, true) as Node | undefined, value))
}

/** Names by which elements of a list are known, the first that all have. */
const names = ['id', 'did', 'date', 'name']

function merged(doc: Document, node: Node | null | undefined, value: unknown): Node {
  if (isMap(node) && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const wanted = value as Record<string, unknown>
    for (const pair of [...node.items]) {
      const key = String((pair.key as Scalar).value)
      if (wanted[key] === undefined) node.delete((pair.key as Scalar).value)
    }
    for (const [key, v] of Object.entries(wanted)) {
      if (v !== undefined) node.set(key, merged(doc, node.get(key, true) as Node | undefined, v))
    }
    return node
  }
  if (isSeq(node) && Array.isArray(value)) {
    const before = [...node.items] as Node[]
    const by = names.find((n) => before.length > 0 && before.every((item) => isMap(item) && item.has(n)))
    node.items = value.map((v: unknown, i) => {
      const is = by && typeof v === 'object' && v !== null ? (v as Record<string, unknown>)[by] : undefined
      const old = is === undefined ? before[i] : before.find((item) => isMap(item) && item.get(by!) === is)
      return merged(doc, old, v)
    })
    return node
  }
  if (isScalar(node) && (typeof value !== 'object' || value === null)) {
    if (node.value !== value) node.value = value
    return node
  }
  return doc.createNode(plain(value), { aliasDuplicateObjects: false }) as Node
}

/** A value without what is undefined in it. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined).map(([k, v]) => [k, plain(v)]))
}
