import * as l10n from '@vscode/l10n';
import type { TurnView } from '../../../src/contract/webview/chatMessages';
import { isActive } from '../chatStore';
import { AnswerBody } from '../answer/answerBody';
import type { Context } from '../chatContext';
import { handleCodeTools } from '../answer/codeTools';
import { element } from '../../shared/dom';
import { Question } from './questionElement';
import { AnswerStatus } from './answerStatus';
import { createAnswerTools } from './turnTools';

/** A question with its answer. */
export class TurnElement {
  readonly element: HTMLElement;
  private readonly body: AnswerBody;
  private readonly status: AnswerStatus;
  private readonly question: Question;
  private readonly tools: HTMLElement;
  private shown: TurnView | undefined;

  constructor(turn: TurnView, context: Context) {
    this.body = new AnswerBody(context);
    this.status = new AnswerStatus(context);
    this.question = new Question(turn, context);
    this.tools = createAnswerTools(context, turn.id);
    handleCodeTools(this.body.element, turn.id, context);
    const answer = element('div', { class: 'answer' }, [
      element('h3', { class: 'visually-hidden', text: l10n.t('Paddock') }),
      this.body.element,
      this.status.element,
      this.tools,
    ]);
    this.element = element('article', { class: 'turn', attributes: { 'data-turn': turn.id } }, [this.question.element, answer]);
    this.update(turn);
  }

  /** The answer's visible text, for screen readers. */
  get answerText(): string {
    return this.body.element.innerText;
  }

  update(turn: TurnView): void {
    const before = this.shown;
    if (turn === before) return;
    this.shown = turn;
    const open = isActive(turn);
    this.question.update(turn);
    this.element.classList.toggle('active', open);
    this.tools.hidden = open;
    if (before?.answer !== turn.answer || isActive(before) !== open) this.body.update(turn.answer, open);
    // Compared by identity: a delta changes the answer, but not the state. The spinner then stays as it is.
    const same = before?.state === turn.state && before.notes === turn.notes && before.metrics === turn.metrics;
    if (!same) this.status.update(turn);
  }
}
