import * as l10n from '@vscode/l10n';
import { element, icon } from '../../shared/dom';
import { createIconButton, setLabel, TextArea } from '../../shared/widgets';

export interface ComposerEvents {
  onDraft(text: string): void;
  onSend(text: string): void;
  onStop(): void;
  /** The caret may have moved. `at` is `undefined` when the input has lost the focus. */
  onCaret(at: number | undefined): void;
  /** A key was pressed. Returns `true` if the key is handled and must do nothing else. */
  onKey(event: KeyboardEvent): boolean;
}

/** The input for questions. Enter sends, Shift+Enter inserts a line break. While an answer is under way the button stops it. */
export class Composer {
  readonly element: HTMLElement;
  private readonly input: TextArea;
  private readonly button: HTMLElement;
  private answering = false;

  constructor(private readonly events: ComposerEvents) {
    const placeholder = l10n.t('Ask about your code, # to attach');
    this.input = new TextArea({ placeholder, 'aria-label': placeholder });
    this.button = createIconButton('send', l10n.t('Send'), () => {
      if (this.answering) events.onStop();
      else this.send();
    });
    this.button.classList.add('send');
    this.input.element.addEventListener('input', () => {
      events.onDraft(this.input.value);
      this.reportCaret();
      this.updateButton();
    });
    for (const moving of ['keyup', 'click']) {
      this.input.element.addEventListener(moving, () => {
        this.reportCaret();
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

  set activeOption(option: Element | null) {
    this.input.activeOption = option;
  }

  setCompletionList(list: Element): void {
    this.input.setCompletionList(list);
  }

  update(draft: string, answering: boolean): void {
    this.input.value = draft;
    if (answering !== this.answering) this.button.replaceChildren(icon(answering ? 'stop-circle' : 'send'));
    this.answering = answering;
    setLabel(this.button, answering ? l10n.t('Stop') : l10n.t('Send'));
    this.updateButton();
  }

  focus(): void {
    this.input.focus();
  }

  write(text: string, caret: number): void {
    this.input.value = text;
    this.input.caret = caret;
    this.updateButton();
    this.focus();
  }

  private reportCaret(): void {
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
    // Text typed during an answer stays in the input until the answer has ended.
    if (this.answering || text.trim() === '') return;
    // Emptied at once: before the next frame the user may type letters of the next question.
    this.input.value = '';
    this.events.onSend(text);
  }

  private updateButton(): void {
    this.button.toggleAttribute('disabled', !this.answering && this.input.value.trim() === '');
  }
}
