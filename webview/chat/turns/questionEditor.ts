import * as l10n from '@vscode/l10n';
import { element } from '../../shared/dom';
import { createIconButton, TextArea } from '../../shared/widgets';

export interface QuestionEditorEvents {
  onText(text: string): void;
  onSend(text: string): void;
  onCancel(): void;
}

/** Edits a question in its place. Enter asks again, Shift+Enter inserts a line break, Escape cancels. */
export class QuestionEditor {
  readonly element: HTMLElement;
  private readonly input: TextArea;

  constructor(private readonly events: QuestionEditorEvents) {
    this.input = new TextArea({ placeholder: l10n.t('Enter asks again, Esc cancels'), 'aria-label': l10n.t('Edit and ask again') });
    this.input.element.addEventListener('input', () => {
      events.onText(this.input.value);
    });
    this.input.element.addEventListener('keydown', (event) => {
      this.onKey(event);
    });
    const send = createIconButton('send', l10n.t('Send'), () => {
      this.send();
    });
    const cancel = createIconButton('close', l10n.t('Cancel'), () => {
      events.onCancel();
    });
    this.element = element('div', { class: 'question-editor' }, [this.input.element, cancel, send]);
  }

  update(text: string): void {
    this.input.value = text;
  }

  focus(): void {
    this.input.focus();
  }

  private onKey(event: KeyboardEvent): void {
    if (this.input.isComposing(event)) return;
    if (event.key === 'Escape') {
      // For the page, Escape stops an answer.
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
