import type { TurnView } from '../../src/protocol/webview';
import { isActive } from '../store';
import { AnswerBody } from './answerBody';
import { sentAttachments } from './attachments';
import type { Context } from './context';
import { element } from './dom';
import { AnswerStatus } from './status';

/** A question with its answer. */
export class TurnElement {
  readonly element: HTMLElement;
  private readonly body: AnswerBody;
  private readonly status: AnswerStatus;
  private shown: TurnView | undefined;

  constructor(turn: TurnView, context: Context) {
    const strings = context.strings();
    this.body = new AnswerBody(context);
    this.status = new AnswerStatus(context);
    const question = element('div', { class: 'question' }, [
      element('h2', { class: 'visually-hidden', text: strings.you }),
      element('div', { class: 'question-text', text: turn.question, attributes: { dir: 'auto' } }),
      ...sentAttachments(turn, context),
    ]);
    const answer = element('div', { class: 'answer' }, [
      element('h3', { class: 'visually-hidden', text: strings.assistant }),
      this.body.element,
      this.status.element,
    ]);
    this.element = element('article', { class: 'turn' }, [question, answer]);
    this.update(turn);
  }

  /** The answer as it reads, for a screen reader. */
  get answerText(): string {
    return this.body.element.innerText;
  }

  update(turn: TurnView): void {
    const before = this.shown;
    if (turn === before) return;
    this.shown = turn;
    const open = isActive(turn);
    if (before?.answer !== turn.answer || isActive(before) !== open) this.body.update(turn.answer, open);
    // Compared by identity: a delta changes the answer and leaves the state, and with it the spinner, as it is.
    const same = before?.state === turn.state && before.notes === turn.notes && before.metrics === turn.metrics;
    if (!same) this.status.update(turn);
  }
}
