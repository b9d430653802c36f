import { describe, expect, it } from 'vitest'
import { deedOf, keys, whereOf, type Stroke, type Where } from './keys'

function press(key: string, where: Where, over: Partial<Stroke> = {}) {
  return deedOf({ key, ctrlKey: false, altKey: false, metaKey: false, repeat: false, isComposing: false, ...over }, where)
}

describe('deedOf', () => {
  it('answers with Space, Enter and F2', () => {
    expect([' ', 'Enter', 'F2'].map((k) => press(k, 'page'))).toEqual(['answer', 'answer', 'answer'])
  })

  it('leaves letters to who writes, and function keys not', () => {
    expect(['h', 't', 'e', ' '].map((k) => press(k, 'field'))).toEqual([null, null, null, null])
    expect(['F2', 'F4', 'F8'].map((k) => press(k, 'field'))).toEqual(['answer', 'hold', 'transfer'])
  })

  it('leaves Space and Enter to a button that has the focus', () => {
    expect([' ', 'Enter', 'h', 'F2'].map((k) => press(k, 'button'))).toEqual([null, null, 'hold', 'answer'])
  })

  it('only answers out of a dialog', () => {
    expect(['F2', 'h', 'F8', 'Enter'].map((k) => press(k, 'dialog'))).toEqual(['answer', null, null, null])
  })

  it('knows capital letters, and no shortcut of the browser', () => {
    expect(press('H', 'page')).toBe('hold')
    expect(press('t', 'page', { ctrlKey: true })).toBeNull()
    expect(press('e', 'page', { repeat: true })).toBeNull()
  })

  it('keeps out of characters that are being composed', () => {
    expect(press('h', 'page', { isComposing: true })).toBeNull()
  })

  it('gives no key two meanings', () => {
    const all = keys.flatMap((k) => [...k.letters, ...k.everywhere])
    expect(new Set(all).size).toBe(all.length)
  })
})

describe('whereOf', () => {
  it('tells fields, buttons and dialogs apart', () => {
    document.body.replaceChildren()
    const made = (tag: string, parent: Element = document.body) => parent.appendChild(document.createElement(tag))
    const dialog = made('div')
    dialog.setAttribute('role', 'dialog')
    expect(whereOf(made('textarea'))).toBe('field')
    expect(whereOf(made('span', made('button')))).toBe('button')
    expect(whereOf(made('input', dialog))).toBe('dialog')
    expect(whereOf(document.body)).toBe('page')
    expect(whereOf(null)).toBe('page')
  })
})
