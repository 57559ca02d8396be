import type { Context } from './context';
import { element, icon, iconButton, setLabel, toolkit } from './dom';

/** As much of the toolkit's text area as is used here. */
interface TextArea extends HTMLElement {
  value: string;
}

/** How soon after an input method's composition an Enter is still its own, in milliseconds: nobody types that fast. */
const COMPOSITION_MILLISECONDS = 50;

export interface ComposerEvents {
  onDraft(text: string): void;
  onSend(text: string): void;
  onStop(): void;
}

/** Where the user types. Enter sends, Shift+Enter makes a new line; while an answer is under way the button stops it. */
export class Composer {
  readonly element: HTMLElement;
  private readonly input: TextArea;
  private readonly button: HTMLElement;
  private answering = false;
  private composedAt = Number.NEGATIVE_INFINITY;

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
    this.input.addEventListener('input', () => {
      events.onDraft(this.input.value);
      this.showSendable();
    });
    this.input.addEventListener('compositionend', (event) => {
      this.composedAt = event.timeStamp;
    });
    this.input.addEventListener('keydown', (event) => {
      this.onKey(event);
    });
    this.element = element('div', { class: 'composer' }, [this.input, this.button]);
  }

  /** Shows `draft` and whether an answer is under way. */
  update(draft: string, answering: boolean): void {
    const strings = this.context.strings();
    this.input.setAttribute('placeholder', strings.placeholder);
    this.input.setAttribute('aria-label', strings.placeholder);
    // Written only when it differs: writing moves the caret, and would end an input method's composition.
    if (this.input.value !== draft) this.write(draft);
    if (answering !== this.answering) this.button.replaceChildren(icon(answering ? 'stop-circle' : 'send'));
    this.answering = answering;
    setLabel(this.button, answering ? strings.stop : strings.send);
    this.showSendable();
  }

  focus(): void {
    this.input.focus();
  }

  private onKey(event: KeyboardEvent): void {
    // The Enter that ends an input method's composition belongs to the input method. Safari reports it just after the end.
    const composing = event.isComposing || event.timeStamp - this.composedAt < COMPOSITION_MILLISECONDS;
    if (event.key !== 'Enter' || event.shiftKey || composing) return;
    event.preventDefault();
    this.send();
  }

  private send(): void {
    const text = this.input.value;
    // What is typed during an answer stays where it is until the answer has ended.
    if (this.answering || text.trim() === '') return;
    // Emptied at once: by the next frame, letters of the next question may have been typed.
    this.write('');
    this.events.onSend(text);
  }

  /** The toolkit hands a value on to its inner control a frame late, and would overwrite what was typed in between. */
  private write(text: string): void {
    const control = this.input.shadowRoot?.querySelector('textarea');
    if (control) control.value = text;
    this.input.value = text;
  }

  private showSendable(): void {
    this.button.toggleAttribute('disabled', !this.answering && this.input.value.trim() === '');
  }
}
