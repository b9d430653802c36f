// Lengths of time as the document writes them: 90s, 10m, 1h30m.

const form = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/

/** Whether a text is a length of time. */
export function isSpan(text: string): boolean {
  return text === '0' || (text !== '' && form.test(text))
}

/** The shortest way to write it: 15m0s is 15m. What is none stays as it is. */
export function shortSpan(text: string): string {
  const m = form.exec(text)
  if (!m || text === '') return text
  const parts = ['h', 'm', 's', 'ms'].flatMap((unit, i) => (Number(m[i + 1] ?? 0) > 0 ? [`${Number(m[i + 1])}${unit}`] : []))
  return parts.join('') || '0s'
}
