// The server writes a nonce of its own into each page: styles without it are refused.
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

/**
 * Gives every style element that a script makes the page's nonce: Ant Design measures the
 * scroll bars with one that has none. What comes as markup has none still. Styles that it
 * sets as attributes, as of text areas that grow, are set as a script may set them.
 */
export function signStyles() {
  const plain = document.createElement.bind(document)
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = plain(name, options)
    if (element instanceof HTMLStyleElement) element.nonce = nonce
    return element
  }) as typeof document.createElement
  const attribute = Element.prototype.setAttribute
  Element.prototype.setAttribute = function (this: Element, name: string, value: string) {
    if (name === 'style' && this instanceof HTMLElement) this.style.cssText = value
    else attribute.call(this, name, value)
  }
}
