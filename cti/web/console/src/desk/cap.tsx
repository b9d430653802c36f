/** A key, as on the keyboard; for the eye only, since the button does the same. */
export function Cap({ children }: { children: string }) {
  return <kbd className="desk-cap" aria-hidden>{children}</kbd>
}
