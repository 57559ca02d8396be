/**
 * Tells whether the keyboard is in an element of this page. `document.activeElement` alone does not tell: it stays where it was when the
 * focus leaves the page, and focusing another element then would take the keyboard from VS Code's editor or an open picker.
 */
export function hasFocusWithin(element: Element): boolean {
  return document.hasFocus() && element.contains(document.activeElement);
}
