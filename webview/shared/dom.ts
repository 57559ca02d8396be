interface Options {
  readonly class?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A new element with `children`. Text goes in as text, never as HTML. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: Options = {},
  children: readonly Node[] = [],
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (options.class !== undefined) made.className = options.class;
  if (options.text !== undefined) made.textContent = options.text;
  for (const [name, value] of Object.entries(options.attributes ?? {})) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A codicon; decoration, so hidden from screen readers. */
export function icon(name: string): HTMLElement {
  return element('span', { class: `codicon codicon-${name}`, attributes: { 'aria-hidden': 'true' } });
}

/** One of the toolkit's elements, e.g. `vscode-button`. Attributes are set before its children are added. */
export function toolkit(
  tag: `vscode-${string}`,
  attributes: Readonly<Record<string, string>>,
  children: readonly Node[] = [],
): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A button that shows an icon only; `label` is its name and its tooltip. */
export function iconButton(iconName: string, label: string, onClick: () => void): HTMLElement {
  const button = toolkit('vscode-button', { appearance: 'icon' }, [icon(iconName)]);
  setLabel(button, label);
  button.addEventListener('click', onClick);
  return button;
}

/** How long a button says that it has done its work, in milliseconds. */
const CONFIRMED_MILLISECONDS = 2000;

/** Says on a button, for a moment, that it has done its work. */
export function confirmed(button: HTMLElement, iconName: string, label: string, confirmation: string): void {
  button.replaceChildren(icon('check'));
  setLabel(button, confirmation);
  setTimeout(() => {
    button.replaceChildren(icon(iconName));
    setLabel(button, label);
  }, CONFIRMED_MILLISECONDS);
}

/** Names a button for everybody. */
export function setLabel(button: HTMLElement, label: string): void {
  if (button.getAttribute('aria-label') === label) return;
  button.setAttribute('aria-label', label);
  button.title = label;
}
