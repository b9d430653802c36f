// Where a browser keeps an operator's draft. What asks for it on every page loads no more of
// the workshop than this.

/** The key of an account's draft. */
export function draftKey(number: string): string {
  return `sansheng-draft-${number}`
}

/** Whether the browser keeps a draft of an account. */
export function hasDraft(number: string): boolean {
  try {
    return localStorage.getItem(draftKey(number)) !== null
  } catch {
    return false
  }
}

export function throwAwayDraft(number: string) {
  try {
    localStorage.removeItem(draftKey(number))
  } catch {
    // it keeps none
  }
}
