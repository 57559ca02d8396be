import type { TurnView } from '../../../src/contract/webview/chatMessages';
import { isActive } from '../chatStore';
import type { Context } from '../chatContext';
import { element } from '../../shared/dom';
import { hasTextArea } from '../../shared/widgets';
import { TurnElement } from './turnElement';

/** Told when a turn comes near what is seen, for it to be rendered soon. */
export type OnNear = (slot: TurnSlot) => void;

/**
 * A turn's place in the list. Far from what is seen it holds the turn's plain text, which can be searched, selected and read aloud; near it,
 * the rendered turn. Which of the two the browser says (`content-visibility: auto`): near is what is within about a screen of the view, has
 * the focus, or has a part of the selection.
 */
export class TurnSlot {
  readonly element = element('div', { class: 'turn-slot' });
  private rendered: TurnElement | undefined;
  private isSkipped = false;

  constructor(
    private turn: TurnView,
    private readonly context: Context,
    onNear: OnNear,
  ) {
    // `auto`: once it has been measured, the browser keeps to that.
    this.element.style.containIntrinsicBlockSize = `auto ${String(this.estimatedHeight)}px`;
    this.element.addEventListener('contentvisibilityautostatechange', (event) => {
      this.isSkipped = (event as ContentVisibilityAutoStateChangeEvent).skipped;
      if (!this.isSkipped) onNear(this);
      else if (!this.isInUse()) this.showText();
    });
    if (isActive(turn)) this.render();
    else this.showText();
  }

  /** Pixels that the turn takes as it is now, by guess. */
  get estimatedHeight(): number {
    return heightOf(this.turn);
  }

  /** The finished answer as it reads. */
  get answerText(): string {
    return this.rendered?.answerText ?? this.turn.answer;
  }

  /** Whether a part of the selection is in it: other nodes in place of these would take that away. */
  get isSelected(): boolean {
    const selection = document.getSelection();
    return selection !== null && !selection.isCollapsed && selection.getRangeAt(0).intersectsNode(this.element);
  }

  /** Renders the turn, unless it is rendered already. */
  render(): void {
    if (this.rendered !== undefined) return;
    this.rendered = new TurnElement(this.turn, this.context);
    this.element.replaceChildren(this.rendered.element);
  }

  update(turn: TurnView): void {
    const before = this.turn;
    if (turn === before) return;
    this.turn = turn;
    if (isActive(turn)) this.render();
    if (this.rendered !== undefined) this.rendered.update(turn);
    else if (turn.answer !== before.answer || turn.question !== before.question) this.showText();
  }

  private showText(): void {
    this.rendered = undefined;
    this.element.replaceChildren(plainTurn(this.turn, this.context));
  }

  /** Whether the plain text would take something away: words still coming, the focus, a selection, what is being typed. */
  private isInUse(): boolean {
    const { element: slot } = this;
    return isActive(this.turn) || slot.contains(document.activeElement) || hasTextArea(slot) || this.isSelected;
  }
}

function plainTurn(turn: TurnView, context: Context): HTMLElement {
  const strings = context.strings();
  return element('article', { class: 'turn' }, [
    element('div', { class: 'question' }, [
      element('h2', { class: 'visually-hidden', text: strings.you }),
      element('div', { class: 'question-text', text: turn.question, attributes: { dir: 'auto' } }),
    ]),
    element('div', { class: 'answer' }, [
      element('h3', { class: 'visually-hidden', text: strings.assistant }),
      element('div', { class: 'answer-text', text: turn.answer, attributes: { dir: 'auto' } }),
    ]),
  ]);
}

/** Letters in a line of a side bar, pixels of a line, and of what stands around question and answer. */
const LINE_LETTERS = 45;
const LINE_PIXELS = 19;
const AROUND_PIXELS = 90;

function heightOf({ question, answer }: TurnView): number {
  return AROUND_PIXELS + LINE_PIXELS * (linesOf(question) + linesOf(answer));
}

function linesOf(text: string): number {
  return text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / LINE_LETTERS)), 0);
}
