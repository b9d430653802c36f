// Kinds of nodes, as the server knows them: what leads out of each, and what it says.
import type { FlowNode, Kind, Lookup } from '../plan'

export type Field = 'say' | 'times' | 'calendar' | 'tries' | 'wait' | 'name' | 'min' | 'max' | 'pattern' | 'service' | 'language' | 'to'

export type KindRule = {
  /** A call stays here. */
  end?: boolean
  /** Exits that must be drawn. */
  needs: string[]
  /** Exits that lead to the person where they are not drawn. */
  may: string[]
  /** Exits that are taken without the caller's doing anything. */
  alone: string[]
  /** Its exits are keys, too. */
  keys?: boolean
  /** Its exits are what its service says, too. */
  words?: boolean
  /** What it has; the first must be given. */
  fields: Field[]
}

export const kinds: Record<Kind, KindRule> = {
  say: { needs: ['next'], may: ['failed'], alone: ['next', 'failed'], fields: ['say', 'times'] },
  hours: { needs: ['open', 'closed'], may: [], alone: ['open', 'closed'], fields: ['calendar'] },
  menu: { needs: [], may: ['no_input', 'wrong', 'failed'], alone: ['no_input', 'failed'], keys: true, fields: ['say', 'tries', 'wait'] },
  digits: { needs: ['done'], may: ['no_input', 'wrong', 'failed'], alone: ['no_input', 'failed'], fields: ['say', 'name', 'min', 'max', 'pattern', 'tries', 'wait'] },
  caller: { needs: ['other'], may: ['vip', 'ticket', 'repeat'], alone: ['other', 'vip', 'ticket', 'repeat'], fields: [] },
  lookup: { needs: ['failed'], may: [], alone: ['failed'], words: true, fields: ['service', 'say'] },
  language: { needs: ['next'], may: [], alone: ['next'], fields: ['language'] },
  queue: { end: true, needs: [], may: [], alone: [], fields: ['to'] },
  emergency: { end: true, needs: [], may: [], alone: [], fields: ['to'] },
  voicemail: { end: true, needs: [], may: [], alone: [], fields: ['say'] },
  transfer: { end: true, needs: [], may: [], alone: [], fields: ['to', 'say'] },
  hang_up: { end: true, needs: [], may: [], alone: [], fields: ['say'] },
}

/** Kinds in the order in which they are offered: those that go on, then ends. */
export const goOn: Kind[] = ['say', 'hours', 'menu', 'digits', 'caller', 'lookup', 'language']
export const ends: Kind[] = ['queue', 'emergency', 'voicemail', 'transfer', 'hang_up']

/** What a telephone has, in the order in which a menu offers them. */
export const keypad = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '*', '#']

/** The handle of a menu by which the next free key is drawn. */
export const newKey = '+'

/** Exits that are shown of a node: those that it has by its kind, and those that are drawn. */
export function exitsOf(node: FlowNode, lookups: Lookup[] = []): string[] {
  const rule = kinds[node.kind]
  if (!rule) return Object.keys(node.exits ?? {})
  const drawn = Object.keys(node.exits ?? {})
  const words = rule.words ? (lookups.find((l) => l.id === node.service)?.results ?? []) : []
  const keys = rule.keys ? keypad.filter((k) => drawn.includes(k)) : []
  const known = [...keys, ...words, ...rule.needs, ...rule.may]
  return [...known, ...drawn.filter((e) => !known.includes(e))]
}

/** Exits by which a caller leaves without doing anything. */
export function aloneOf(node: FlowNode): string[] {
  const rule = kinds[node.kind]
  return rule?.words ? Object.keys(node.exits ?? {}) : (rule?.alone ?? [])
}

/** The next key of a menu that leads nowhere yet. */
export function freeKey(node: FlowNode): string | undefined {
  return keypad.find((k) => !node.exits?.[k])
}
