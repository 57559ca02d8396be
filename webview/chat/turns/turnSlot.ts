import * as l10n from '@vscode/l10n';
import type { TurnView } from '../../../src/contract/webview/chatMessages';
import { isActive } from '../chatStore';
import type { Context } from '../chatContext';
import { element } from '../../shared/dom';
import { hasTextArea } from '../../shared/widgets';
import { TurnElement } from './turnElement';

/** Called when a turn comes near the visible part and should be rendered soon. */
export type OnNear = (slot: TurnSlot) => void;

/**
 * A turn's place in the list. Near the visible part it holds the rendered turn. Elsewhere it holds the turn's plain text, which can be
 * searched, selected and read aloud. The browser decides what is near (`content-visibility: auto`): within about a screen of the view, or
 * with the focus or a part of the selection in it.
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
    // `auto`: the browser keeps the real height once it has measured it.
    this.element.style.containIntrinsicBlockSize = `auto ${String(this.estimatedHeight)}px`;
    this.element.addEventListener('contentvisibilityautostatechange', (event) => {
      this.isSkipped = (event as ContentVisibilityAutoStateChangeEvent).skipped;
      if (!this.isSkipped) onNear(this);
      else if (!this.isInUse()) this.showText();
    });
    if (isActive(turn)) this.render();
    else this.showText();
  }

  /** In pixels. */
  get estimatedHeight(): number {
    return estimateHeight(this.turn);
  }

  /** The visible text of the finished answer. */
  get answerText(): string {
    return this.rendered?.answerText ?? this.turn.answer;
  }

  /** Whether a part of the selection is in the turn. Replacing the nodes would remove the selection. */
  get isSelected(): boolean {
    const selection = document.getSelection();
    return selection !== null && !selection.isCollapsed && selection.getRangeAt(0).intersectsNode(this.element);
  }

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
    this.element.replaceChildren(createPlainTurn(this.turn));
  }

  /** Whether the plain text would lose something: an answer under way, the focus, a selection, or an open editor. */
  private isInUse(): boolean {
    const { element: slot } = this;
    return isActive(this.turn) || slot.contains(document.activeElement) || hasTextArea(slot) || this.isSelected;
  }
}

function createPlainTurn(turn: TurnView): HTMLElement {
  return element('article', { class: 'turn' }, [
    element('div', { class: 'question' }, [
      element('h2', { class: 'visually-hidden', text: l10n.t('You') }),
      element('div', { class: 'question-text', text: turn.question, attributes: { dir: 'auto' } }),
    ]),
    element('div', { class: 'answer' }, [
      element('h3', { class: 'visually-hidden', text: l10n.t('Paddock') }),
      element('div', { class: 'answer-text', text: turn.answer, attributes: { dir: 'auto' } }),
    ]),
  ]);
}

/** Sizes in a side bar: letters in a line, pixels of a line, and pixels around question and answer. */
const LINE_LETTERS = 45;
const LINE_PIXELS = 19;
const AROUND_PIXELS = 90;

function estimateHeight({ question, answer }: TurnView): number {
  return AROUND_PIXELS + LINE_PIXELS * (countLines(question) + countLines(answer));
}

function countLines(text: string): number {
  return text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / LINE_LETTERS)), 0);
}
