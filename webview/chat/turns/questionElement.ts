import * as l10n from '@vscode/l10n';
import type { TurnView } from '../../../src/contract/webview/chatMessages';
import { showHiddenCharacters } from '../../../src/util/text/hiddenCharacters';
import { createSentAttachments } from '../composer/attachmentChips';
import type { Context } from '../chatContext';
import { element } from '../../shared/dom';
import { hasFocusWithin } from '../../shared/pageFocus';
import { QuestionEditor } from './questionEditor';
import { QuestionTools } from './turnTools';

/** A question with its attachments, its tools, and the editor that takes its place. */
export class Question {
  readonly element: HTMLElement;
  private readonly bubble: HTMLElement;
  private readonly tools: QuestionTools;
  private editor: QuestionEditor | undefined;

  constructor(
    private readonly turn: TurnView,
    private readonly context: Context,
  ) {
    this.bubble = element('div', { class: 'question' }, [
      element('div', { class: 'question-text', text: showHiddenCharacters(turn.question, 'prose'), attributes: { dir: 'auto' } }),
      ...createSentAttachments(turn, context),
    ]);
    this.tools = new QuestionTools(context, turn.id, () => {
      const text = turn.words ?? turn.question;
      // Shown at once, as the editor gets the focus now and the next frame comes later.
      this.openEditor(text);
      this.editor?.focus();
      context.edit(turn.id, text);
    });
    const heading = element('h2', { class: 'visually-hidden', text: l10n.t('You') });
    this.element = element('div', { class: 'question-frame' }, [heading, this.bubble, this.tools.element]);
  }

  update(turn: TurnView): void {
    this.tools.update(turn);
    if (turn.edit === undefined) this.closeEditor();
    else this.openEditor(turn.edit);
  }

  private openEditor(text: string): void {
    if (this.editor === undefined) {
      this.editor = this.createEditor();
      this.bubble.hidden = true;
      this.tools.element.hidden = true;
      this.element.append(this.editor.element);
    }
    this.editor.update(text);
  }

  private closeEditor(): void {
    if (this.editor === undefined) return;
    const hadFocus = hasFocusWithin(this.editor.element);
    this.editor.element.remove();
    this.editor = undefined;
    this.bubble.hidden = false;
    this.tools.element.hidden = false;
    if (hadFocus) this.tools.element.querySelector<HTMLElement>('[data-tool="edit"]')?.focus();
  }

  private createEditor(): QuestionEditor {
    const { context } = this;
    const { id } = this.turn;
    return new QuestionEditor({
      onText: (text) => {
        context.edit(id, text);
      },
      onSend: (text) => {
        // Until the answer under way has ended, the text stays in the editor.
        if (context.isAnswering()) return;
        context.edit(id, undefined);
        context.post({ type: 'askAgain', turnId: id, text });
      },
      onCancel: () => {
        context.edit(id, undefined);
      },
    });
  }
}
