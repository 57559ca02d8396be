import type { TurnView } from '../../src/protocol/webview';
import type { Context } from './context';
import { element, iconButton, setLabel } from './dom';
import { TurnElement } from './turn';

/** How near the end counts as at the end, in pixels: fractions of a pixel and the last line's margin must not stop the following. */
const NEAR_END = 24;

/** The conversation. Follows the end while it grows, until the user scrolls away; then a button leads back. */
export class TurnList {
  readonly element: HTMLElement;
  private readonly scroller = element('div', {
    class: 'messages',
    // Silent: a screen reader would read every token. The finished answer is announced instead.
    attributes: { role: 'log', 'aria-live': 'off', tabindex: '0' },
  });
  private readonly toEnd: HTMLElement;
  private turns = new Map<string, TurnElement>();
  private following = true;

  constructor(private readonly context: Context) {
    this.toEnd = iconButton('arrow-down', context.strings().scrollToEnd, () => {
      this.scrollToEnd();
    });
    this.toEnd.classList.add('to-end');
    this.toEnd.hidden = true;
    this.element = element('div', { class: 'messages-frame' }, [this.scroller, this.toEnd]);
    this.scroller.addEventListener('scroll', () => {
      this.follow(this.isAtEnd());
    });
    new ResizeObserver(() => {
      this.keepEnd();
    }).observe(this.scroller);
  }

  /** Shows `turns`; those that are the same objects as before are left alone. */
  update(turns: readonly TurnView[]): void {
    const { strings } = this.context;
    this.scroller.setAttribute('aria-label', strings().messages);
    setLabel(this.toEnd, strings().scrollToEnd);
    const asked = turns.length > this.turns.size;
    const kept = new Map<string, TurnElement>();
    for (const turn of turns) kept.set(turn.id, this.elementOf(turn));
    for (const [id, old] of this.turns) if (!kept.has(id)) old.element.remove();
    this.turns = kept;
    if (asked) this.follow(true);
    this.keepEnd();
  }

  /** Forgets everything: another conversation follows. */
  clear(): void {
    this.turns.clear();
    this.scroller.replaceChildren();
    this.follow(true);
  }

  /** The finished answer as it reads. */
  answerText(turnId: string): string {
    return this.turns.get(turnId)?.answerText ?? '';
  }

  private elementOf(turn: TurnView): TurnElement {
    const existing = this.turns.get(turn.id);
    if (existing !== undefined) {
      existing.update(turn);
      return existing;
    }
    const made = new TurnElement(turn, this.context);
    this.scroller.append(made.element);
    return made;
  }

  private scrollToEnd(): void {
    this.follow(true);
    this.keepEnd();
    this.scroller.focus();
  }

  private follow(following: boolean): void {
    this.following = following;
    this.toEnd.hidden = following;
  }

  private keepEnd(): void {
    if (this.following) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  private isAtEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }
}
