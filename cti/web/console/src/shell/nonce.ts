// The server writes a nonce of its own into each page: styles without it are refused.
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

/**
 * Gives every style element that a script makes the page's nonce: Ant Design measures the
 * scroll bars with one that has none. What comes as markup has none still.
 */
export function signStyles() {
  const plain = document.createElement.bind(document)
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = plain(name, options)
    if (element instanceof HTMLStyleElement) element.nonce = nonce
    return element
  }) as typeof document.createElement
}
