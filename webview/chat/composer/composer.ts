import type { Context } from '../chatContext';
import { element, icon } from '../../shared/dom';
import { createIconButton, setLabel, TextArea } from '../../shared/widgets';

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
  private readonly input = new TextArea();
  private readonly button: HTMLElement;
  private answering = false;

  constructor(
    private readonly context: Context,
    private readonly events: ComposerEvents,
  ) {
    this.button = createIconButton('send', context.strings().send, () => {
      if (this.answering) events.onStop();
      else this.send();
    });
    this.button.classList.add('send');
    this.input.element.addEventListener('input', () => {
      events.onDraft(this.input.value);
      this.tellCaret();
      this.showSendable();
    });
    for (const moving of ['keyup', 'click']) {
      this.input.element.addEventListener(moving, () => {
        this.tellCaret();
      });
    }
    this.input.element.addEventListener('focusout', () => {
      events.onCaret(undefined);
    });
    this.input.element.addEventListener('keydown', (event) => {
      this.onKey(event);
    });
    const row = element('div', { class: 'composer-row' }, [this.input.element, this.button]);
    this.element = element('div', { class: 'composer' }, [row]);
  }

  /** The line of the list that is active; the focus stays in the input, and a screen reader reads that line. */
  set activeOption(option: Element | null) {
    this.input.activeOption = option;
  }

  /** `list` is where what is typed here is completed. */
  refersTo(list: Element): void {
    this.input.setCompletionList(list);
  }

  /** Shows `draft` and whether an answer is under way. */
  update(draft: string, answering: boolean): void {
    const strings = this.context.strings();
    this.input.element.setAttribute('placeholder', strings.placeholder);
    this.input.element.setAttribute('aria-label', strings.placeholder);
    this.input.value = draft;
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
    this.input.value = text;
    this.input.caret = caret;
    this.showSendable();
    this.focus();
  }

  private tellCaret(): void {
    this.events.onCaret(this.input.caret);
  }

  private onKey(event: KeyboardEvent): void {
    // The Enter that ends an input method's composition belongs to the input method.
    if (this.input.isComposing(event)) return;
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
    this.input.value = '';
    this.events.onSend(text);
  }

  private showSendable(): void {
    this.button.toggleAttribute('disabled', !this.answering && this.input.value.trim() === '');
  }
}
