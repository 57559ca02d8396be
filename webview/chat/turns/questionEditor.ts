import type { Context } from '../chatContext';
import { element, iconButton, toolkit } from '../../shared/dom';
import { compositionKeys, writeValue, type TextArea } from '../composer/textInput';

export interface QuestionEditorEvents {
  onText(text: string): void;
  onSend(text: string): void;
  onCancel(): void;
}

/** A question's words, to be changed in their place. Enter asks again, Shift+Enter makes a new line, Escape leaves all as it was. */
export class QuestionEditor {
  readonly element: HTMLElement;
  private readonly input: TextArea;
  private readonly ownedByInputMethod: (event: KeyboardEvent) => boolean;

  constructor(
    context: Context,
    private readonly events: QuestionEditorEvents,
  ) {
    const strings = context.strings();
    const names = { placeholder: strings.editPlaceholder, 'aria-label': strings.editQuestion };
    this.input = toolkit('vscode-text-area', { class: 'input', rows: '1', resize: 'none', dir: 'auto', ...names }) as TextArea;
    this.ownedByInputMethod = compositionKeys(this.input);
    this.input.addEventListener('input', () => {
      events.onText(this.input.value);
    });
    this.input.addEventListener('keydown', (event) => {
      this.onKey(event);
    });
    const send = iconButton('send', strings.send, () => {
      this.send();
    });
    const cancel = iconButton('close', strings.cancelEdit, () => {
      events.onCancel();
    });
    this.element = element('div', { class: 'question-editor' }, [this.input, cancel, send]);
  }

  /** Shows `text`. Written only when it differs: writing moves the caret, and would end an input method's composition. */
  update(text: string): void {
    if (this.input.value !== text) writeValue(this.input, text);
  }

  focus(): void {
    this.input.focus();
  }

  private onKey(event: KeyboardEvent): void {
    if (this.ownedByInputMethod(event)) return;
    if (event.key === 'Escape') {
      // Kept from the view, for which Escape stops an answer.
      event.stopPropagation();
      this.events.onCancel();
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      this.send();
    }
  }

  private send(): void {
    if (this.input.value.trim() !== '') this.events.onSend(this.input.value);
  }
}
