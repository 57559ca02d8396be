/**
 * Whether `element` has the keyboard focus. `document.activeElement` alone does not tell, because it stays the same when the focus leaves
 * the page. Focusing another element then would take the keyboard from VS Code's editor or from an open picker.
 */
export function hasFocusWithin(element: Element): boolean {
  return document.hasFocus() && element.contains(document.activeElement);
}
