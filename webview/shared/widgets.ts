/**
 * The widgets of `@vscode/webview-ui-toolkit`. Only this module knows that library: its elements, their names, and what is inside their
 * shadow trees. The library is archived upstream, and a successor takes its place here.
 */
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeProgressRing, vsCodeTextArea } from '@vscode/webview-ui-toolkit';
import { icon } from './dom';

/** Defines the button alone, for a page that has no other widget. The bundler then leaves the others out. */
export function registerButton(): void {
  provideVSCodeDesignSystem().register(vsCodeButton());
}

export function registerAllWidgets(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeTextArea(), vsCodeProgressRing());
}

export function createButton(appearance: 'primary' | 'secondary' | 'icon', children: readonly Node[], onClick: () => void): HTMLElement {
  const button = createWidget('vscode-button', { appearance }, children);
  button.addEventListener('click', onClick);
  return button;
}

/** A button that shows an icon only. `label` is its accessible name and its tooltip. */
export function createIconButton(iconName: string, label: string, onClick: () => void): HTMLElement {
  const button = createButton('icon', [icon(iconName)], onClick);
  setLabel(button, label);
  return button;
}

/** Sets a button's accessible name and its tooltip. */
export function setLabel(button: HTMLElement, label: string): void {
  if (button.getAttribute('aria-label') === label) return;
  button.setAttribute('aria-label', label);
  button.title = label;
}

const CONFIRMATION_MILLISECONDS = 2000;

/** Shows a check mark and `confirmation` on an icon button for a moment, then its own icon and label again. */
export function showConfirmation(button: HTMLElement, iconName: string, label: string, confirmation: string): void {
  button.replaceChildren(icon('check'));
  setLabel(button, confirmation);
  setTimeout(() => {
    button.replaceChildren(icon(iconName));
    setLabel(button, label);
  }, CONFIRMATION_MILLISECONDS);
}

export function findButtons(container: Element): readonly HTMLElement[] {
  return Array.from(container.querySelectorAll<HTMLElement>('vscode-button'));
}

export function createProgressRing(): HTMLElement {
  return createWidget('vscode-progress-ring', { 'aria-hidden': 'true' });
}

export function hasTextArea(container: Element): boolean {
  return container.querySelector('textarea, vscode-text-area') !== null;
}

/** How soon after an input method's composition an Enter is still part of it, in milliseconds. A user does not type that fast. */
const COMPOSITION_MILLISECONDS = 50;

/** A text area that grows with its text. */
export class TextArea {
  readonly element: HTMLElement & { value: string };
  private composedAt = Number.NEGATIVE_INFINITY;

  constructor(attributes: Readonly<Record<string, string>> = {}) {
    const all = { class: 'input', rows: '1', resize: 'none', dir: 'auto', ...attributes };
    this.element = createWidget('vscode-text-area', all) as TextArea['element'];
    keepAttribute(this.element, 'aria-label');
    this.element.addEventListener('compositionend', (event) => {
      this.composedAt = event.timeStamp;
    });
  }

  get value(): string {
    return this.element.value;
  }

  /** Replaces the text where it differs: writing moves the caret, and would end an input method's composition. */
  set value(text: string) {
    if (this.element.value === text) return;
    // The toolkit hands a value on to its inner control a frame late, and would overwrite what was typed in between.
    if (this.control) this.control.value = text;
    this.element.value = text;
  }

  /** Offset of the caret in the text. */
  get caret(): number {
    return this.control?.selectionStart ?? this.element.value.length;
  }

  set caret(offset: number) {
    this.control?.setSelectionRange(offset, offset);
  }

  /** Option of the list that is active. The focus stays in the text area, and a screen reader reads the option. */
  set activeOption(option: Element | null) {
    // Set as an element: an id inside the shadow tree of the control would not find an element outside of it.
    const { control } = this;
    if (control && control.ariaActiveDescendantElement !== option) control.ariaActiveDescendantElement = option;
  }

  /** Tells assistive technology that `list` completes what is typed here. */
  setCompletionList(list: Element): void {
    // The toolkit makes its inner control when the element is first laid out.
    requestAnimationFrame(() => {
      const { control } = this;
      if (!control) return;
      control.setAttribute('aria-autocomplete', 'list');
      control.setAttribute('aria-haspopup', 'listbox');
      control.ariaControlsElements = [list];
    });
  }

  /** Whether a key belongs to an input method, as the Enter that ends a composition does. Safari reports that Enter after the end. */
  isComposing(event: KeyboardEvent): boolean {
    return event.isComposing || event.timeStamp - this.composedAt < COMPOSITION_MILLISECONDS;
  }

  focus(): void {
    this.element.focus();
  }

  /** The plain text area inside the toolkit's element. */
  private get control(): HTMLTextAreaElement | null {
    return this.element.shadowRoot?.querySelector('textarea') ?? null;
  }
}

/** Keeps an attribute as it is now. The toolkit calls every text area "Text area" when it enters the page. */
function keepAttribute(made: HTMLElement, name: string): void {
  const value = made.getAttribute(name);
  if (value === null) return;
  const observer = new MutationObserver(() => {
    if (made.getAttribute(name) !== value) made.setAttribute(name, value);
  });
  observer.observe(made, { attributes: true, attributeFilter: [name] });
}

/** Sets the attributes before the children are added. */
function createWidget(tag: `vscode-${string}`, attributes: Readonly<Record<string, string>>, children: readonly Node[] = []): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
