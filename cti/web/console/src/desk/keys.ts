// The desk's keys. Letters work where nobody writes; function keys work everywhere, so
// that who fills in the sheet need not leave it.

export type Deed =
  | 'answer' | 'hold' | 'mute' | 'keypad' | 'transfer' | 'hangUp' | 'ready' | 'pause' | 'sheet' | 'promise' | 'reveal' | 'help'

/** Each deed's keys in the order in which the help shows them. */
export const keys: { deed: Deed; letters: string[]; everywhere: string[] }[] = [
  { deed: 'answer', letters: [' ', 'Enter'], everywhere: ['F2'] },
  { deed: 'hold', letters: ['h'], everywhere: ['F4'] },
  { deed: 'mute', letters: ['m'], everywhere: ['F7'] },
  { deed: 'transfer', letters: ['t'], everywhere: ['F8'] },
  { deed: 'sheet', letters: ['s'], everywhere: ['F9'] },
  { deed: 'ready', letters: ['r'], everywhere: ['F10'] },
  { deed: 'pause', letters: ['p'], everywhere: [] },
  { deed: 'keypad', letters: ['k'], everywhere: [] },
  { deed: 'hangUp', letters: ['e'], everywhere: [] },
  { deed: 'promise', letters: ['b'], everywhere: [] },
  { deed: 'reveal', letters: ['v'], everywhere: [] },
  { deed: 'help', letters: ['?'], everywhere: ['F1'] },
]

/** Where a key was pressed. */
export type Where =
  | 'page'
  | 'field' // somebody writes or chooses there
  | 'button' // Space and Enter are the button's own
  | 'dialog'

export type Stroke = {
  key: string
  ctrlKey: boolean
  altKey: boolean
  metaKey: boolean
  repeat: boolean
  /** Somebody composes a character, as in Chinese: no key is meant for us. */
  isComposing: boolean
}

/** What a key does, if anything. */
export function deedOf(stroke: Stroke, where: Where): Deed | null {
  if (stroke.ctrlKey || stroke.altKey || stroke.metaKey || stroke.repeat || stroke.isComposing) return null
  const key = stroke.key.length === 1 ? stroke.key.toLowerCase() : stroke.key
  const found = keys.find((k) => k.everywhere.includes(key) || (where !== 'field' && k.letters.includes(key)))
  if (!found) return null
  const written = found.letters.includes(key)
  if (where === 'dialog') return found.deed === 'answer' && !written ? 'answer' : null
  if (where === 'button' && written && (key === ' ' || key === 'Enter')) return null
  return found.deed
}

/** Where a key's target is. */
export function whereOf(target: EventTarget | null): Where {
  if (!(target instanceof Element)) return 'page'
  if (target.closest('[role="dialog"]')) return 'dialog'
  if (target.closest('input:not([type="checkbox"]):not([type="radio"]), textarea, select, [contenteditable="true"], [role="combobox"], [role="listbox"], [role="menu"]')) return 'field'
  if (target.closest('button, a, input, summary, [role="radio"], [role="tab"], [role="switch"]')) return 'button'
  return 'page'
}

/** A key as it is written on the keyboard. */
export function capOf(key: string): string {
  return key.length === 1 ? key.toUpperCase() : key
}
