import type { Context } from '../chatContext';
import { element, icon, iconButton, setLabel, toolkit } from '../../shared/dom';
import { compositionKeys, writeValue, type TextArea } from './textInput';

export interface ComposerEvents {
  onDraft(text: string): void;
  onSend(text: string): void;
  onStop(): void;
  /** The caret may have moved; `undefined` where the input has lost the focus. */
  onCaret(at: number | undefined): void;
  /** A key was pressed. Where the result is `true`, that was all it is for. */
  onKey(event: KeyboardEvent): boolean;
}

/** Where the user types. Enter sends, Shift+Enter makes a new line; while an answer is under way the button stops it. */
export class Composer {
  readonly element: HTMLElement;
  private readonly input: TextArea;
  private readonly button: HTMLElement;
  private readonly isComposing: (event: KeyboardEvent) => boolean;
  private answering = false;

  constructor(
    private readonly context: Context,
    private readonly events: ComposerEvents,
  ) {
    this.input = toolkit('vscode-text-area', { class: 'input', rows: '1', resize: 'none', dir: 'auto' }) as TextArea;
    this.button = iconButton('send', context.strings().send, () => {
      if (this.answering) events.onStop();
      else this.send();
    });
    this.button.classList.add('send');
    this.isComposing = compositionKeys(this.input);
    this.input.addEventListener('input', () => {
      events.onDraft(this.input.value);
      this.tellCaret();
      this.showSendable();
    });
    for (const moving of ['keyup', 'click']) {
      this.input.addEventListener(moving, () => {
        this.tellCaret();
      });
    }
    this.input.addEventListener('focusout', () => {
      events.onCaret(undefined);
    });
    this.input.addEventListener('keydown', (event) => {
      this.onKey(event);
    });
    const row = element('div', { class: 'composer-row' }, [this.input, this.button]);
    this.element = element('div', { class: 'composer' }, [row]);
  }

  /** The line of the list that is active; the focus stays in the input, and a screen reader reads that line. */
  set activeOption(option: Element | null) {
    // By reference: an id would not be found out of the shadow tree that the input's inner control is in.
    const { control } = this;
    if (control && control.ariaActiveDescendantElement !== option) control.ariaActiveDescendantElement = option;
  }

  /** `list` is where what is typed here is completed. */
  refersTo(list: Element): void {
    // The toolkit makes its inner control when the element is first laid out.
    requestAnimationFrame(() => {
      const { control } = this;
      if (!control) return;
      control.setAttribute('aria-autocomplete', 'list');
      control.setAttribute('aria-haspopup', 'listbox');
      control.ariaControlsElements = [list];
    });
  }

  /** Shows `draft` and whether an answer is under way. */
  update(draft: string, answering: boolean): void {
    const strings = this.context.strings();
    this.input.setAttribute('placeholder', strings.placeholder);
    this.input.setAttribute('aria-label', strings.placeholder);
    // Written only when it differs: writing moves the caret, and would end an input method's composition.
    if (this.input.value !== draft) writeValue(this.input, draft);
    if (answering !== this.answering) this.button.replaceChildren(icon(answering ? 'stop-circle' : 'send'));
    this.answering = answering;
    setLabel(this.button, answering ? strings.stop : strings.send);
    this.showSendable();
  }

  focus(): void {
    this.input.focus();
  }

  /** Puts other words in, and the caret. */
  write(text: string, caret: number): void {
    writeValue(this.input, text);
    this.control?.setSelectionRange(caret, caret);
    this.showSendable();
    this.focus();
  }

  /** The toolkit's element holds a plain one. */
  private get control(): HTMLTextAreaElement | null {
    return this.input.shadowRoot?.querySelector('textarea') ?? null;
  }

  private tellCaret(): void {
    this.events.onCaret(this.control?.selectionStart ?? this.input.value.length);
  }

  private onKey(event: KeyboardEvent): void {
    // The Enter that ends an input method's composition belongs to the input method.
    if (this.isComposing(event)) return;
    if (this.events.onKey(event)) {
      event.preventDefault();
      // An Escape that closed the list must not stop an answer as well.
      event.stopPropagation();
      return;
    }
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    this.send();
  }

  private send(): void {
    const text = this.input.value;
    // What is typed during an answer stays where it is until the answer has ended.
    if (this.answering || text.trim() === '') return;
    // Emptied at once: by the next frame, letters of the next question may have been typed.
    writeValue(this.input, '');
    this.events.onSend(text);
  }

  private showSendable(): void {
    this.button.toggleAttribute('disabled', !this.answering && this.input.value.trim() === '');
  }
}
