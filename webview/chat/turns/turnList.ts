import * as l10n from '@vscode/l10n';
import type { TurnView } from '../../../src/contract/webview/chatMessages';
import { isActive } from '../chatStore';
import type { Context } from '../chatContext';
import { element } from '../../shared/dom';
import { createIconButton } from '../../shared/widgets';
import { TurnSlot } from './turnSlot';

/** A user who scrolls down to this distance from the end, in pixels, follows the end again. */
const NEAR_END = 24;

/** Time for rendering turns in one frame, in milliseconds. At least one turn is rendered. */
const SLICE_MILLISECONDS = 8;

/**
 * The conversation. It follows its end while it grows, until the user scrolls away. Then a button leads back. Turns far from the visible
 * part are plain text, so that a long conversation opens at once and an answer in it costs no more to show than in a short one.
 */
export class TurnList {
  readonly element: HTMLElement;
  private readonly content = element('div', { class: 'turns' });
  private readonly scroller = element(
    'div',
    {
      class: 'messages',
      // Off, as a screen reader would read every token. The finished answer is announced instead.
      attributes: { role: 'log', 'aria-label': l10n.t('Messages'), 'aria-live': 'off', tabindex: '0' },
    },
    [this.content],
  );
  private readonly toEnd: HTMLElement;
  private slots = new Map<string, TurnSlot>();
  /** Slots that have come near the visible part and wait to be rendered. The one nearest to the end is last. */
  private readonly near: TurnSlot[] = [];
  private following = true;
  private scrollTop = 0;

  constructor(private readonly context: Context) {
    this.toEnd = createIconButton('arrow-down', l10n.t('Scroll to the end'), () => {
      this.scrollToEnd();
    });
    this.toEnd.classList.add('to-end');
    this.toEnd.hidden = true;
    this.element = element('div', { class: 'messages-frame' }, [this.scroller, this.toEnd]);
    this.scroller.addEventListener('scroll', () => {
      this.onScroll();
    });
    // Runs between layout and paint, so that following the end needs no layout of its own, whatever made the content or the view change.
    const observer = new ResizeObserver(() => {
      this.keepEnd();
    });
    observer.observe(this.scroller);
    observer.observe(this.content);
  }

  /** Turns that are the same objects as before are left alone. */
  update(turns: readonly TurnView[]): void {
    const begun = this.hasBegun(turns);
    const branched = this.hasBranched(turns);
    const before = this.slots;
    const kept = new Map<string, TurnSlot>();
    for (const turn of turns) kept.set(turn.id, this.updateSlot(turn));
    for (const [id, old] of this.slots) if (!kept.has(id)) old.element.remove();
    this.slots = kept;
    this.putInOrder();
    if (begun) this.showEnd();
    else if (branched) this.showBranch([...kept].filter(([id]) => !before.has(id)).map(([, slot]) => slot));
  }

  /** Whether a question was just asked, at the end of the conversation or in place of another. */
  private hasBegun(turns: readonly TurnView[]): boolean {
    const last = turns.at(-1);
    if (last === undefined || this.slots.has(last.id)) return false;
    return isActive(last) || !this.hasBranched(turns);
  }

  /** Whether other turns took the place of some that were shown. */
  private hasBranched(turns: readonly TurnView[]): boolean {
    const ids = new Set(turns.map(({ id }) => id));
    return [...this.slots.keys()].some((id) => !ids.has(id));
  }

  /** Called before another conversation is shown. */
  clear(): void {
    this.slots.clear();
    this.near.length = 0;
    this.content.replaceChildren();
    this.follow(true);
  }

  /** Returns the visible text of a finished answer. */
  answerText(turnId: string): string {
    return this.slots.get(turnId)?.answerText ?? '';
  }

  private updateSlot(turn: TurnView): TurnSlot {
    const existing = this.slots.get(turn.id);
    if (existing === undefined) {
      return new TurnSlot(turn, this.context, (slot) => {
        this.renderSoon(slot);
      });
    }
    existing.update(turn);
    return existing;
  }

  private putInOrder(): void {
    let next = this.content.firstChild;
    for (const { element: slot } of this.slots.values()) {
      if (slot === next) next = next.nextSibling;
      else this.content.insertBefore(slot, next);
    }
  }

  /** Renders the turns at the end at once, as the user sees them first. */
  private showEnd(): void {
    renderScreen([...this.slots.values()].reverse());
    this.follow(true);
    this.keepEnd();
  }

  /** Renders the turns that took the place of others at once. They begin below the button that was pressed, so it does not move. */
  private showBranch(slots: readonly TurnSlot[]): void {
    renderScreen(slots);
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.follow(scrollHeight - scrollTop - clientHeight <= 1);
  }

  private renderSoon(slot: TurnSlot): void {
    this.near.push(slot);
    if (this.near.length === 1) requestAnimationFrame(this.renderNear);
  }

  /** Renders a few turns a frame. One jump of the scroll bar brings many near, and rendering all of them would block the page. */
  private readonly renderNear = (): void => {
    const end = performance.now() + SLICE_MILLISECONDS;
    do this.renderNext();
    while (this.near.length > 0 && performance.now() < end);
    if (this.near.length > 0) requestAnimationFrame(this.renderNear);
  };

  private renderNext(): void {
    const slot = this.near.pop();
    if (slot?.isSelected !== true) {
      slot?.render();
      return;
    }
    const later = (): void => {
      this.renderSoon(slot);
    };
    document.addEventListener('selectionchange', later, { once: true });
  }

  private scrollToEnd(): void {
    this.follow(true);
    this.keepEnd();
    this.scroller.focus();
  }

  /** Scrolling up, even by a pixel, leaves the end. Scrolling down to near it follows again. A change of the content does neither. */
  private onScroll(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const distance = scrollHeight - scrollTop - clientHeight;
    // Positions are fractions of a pixel where the display is scaled.
    if (distance <= 1) this.follow(true);
    else if (scrollTop < this.scrollTop) this.follow(false);
    else if (distance < NEAR_END) this.follow(true);
    this.scrollTop = scrollTop;
  }

  private follow(following: boolean): void {
    this.following = following;
    this.toEnd.hidden = following;
  }

  private keepEnd(): void {
    if (this.following) this.scroller.scrollTop = this.scroller.scrollHeight;
  }
}

/** Renders as many of the first `slots` as fill one and a half screens. */
function renderScreen(slots: readonly TurnSlot[]): void {
  let room = window.innerHeight * 1.5;
  for (const slot of slots) {
    if (room <= 0) break;
    slot.render();
    room -= slot.estimatedHeight;
  }
}
