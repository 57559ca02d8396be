import type { TurnView } from '../../../src/contract/webview/chatMessages';
import { isActive } from '../chatStore';
import type { Context } from '../chatContext';
import { element } from '../../shared/dom';
import { createIconButton, setLabel } from '../../shared/widgets';
import { TurnSlot } from './turnSlot';

/** How near the end counts as at the end, in pixels, for somebody who scrolls towards it. */
const NEAR_END = 24;

/** Longest time that turns are rendered for in one frame, in milliseconds; one turn is rendered in any case. */
const SLICE_MILLISECONDS = 8;

/**
 * The conversation. Follows the end while it grows, until the user scrolls away; then a button leads back. Turns far from what is seen are
 * plain text, so that a long conversation opens at once and costs no more to write on than a short one.
 */
export class TurnList {
  readonly element: HTMLElement;
  private readonly content = element('div', { class: 'turns' });
  private readonly scroller = element(
    'div',
    {
      class: 'messages',
      // Silent: a screen reader would read every token. The finished answer is announced instead.
      attributes: { role: 'log', 'aria-live': 'off', tabindex: '0' },
    },
    [this.content],
  );
  private readonly toEnd: HTMLElement;
  private slots = new Map<string, TurnSlot>();
  /** Slots that have come near and wait to be rendered, the one nearest to the end last. */
  private readonly near: TurnSlot[] = [];
  private following = true;
  private scrollTop = 0;

  constructor(private readonly context: Context) {
    this.toEnd = createIconButton('arrow-down', context.strings().scrollToEnd, () => {
      this.scrollToEnd();
    });
    this.toEnd.classList.add('to-end');
    this.toEnd.hidden = true;
    this.element = element('div', { class: 'messages-frame' }, [this.scroller, this.toEnd]);
    this.scroller.addEventListener('scroll', () => {
      this.onScroll();
    });
    // Told between layout and paint: the end is kept without a layout of its own, whatever made the content grow or the view shrink.
    const observer = new ResizeObserver(() => {
      this.keepEnd();
    });
    observer.observe(this.scroller);
    observer.observe(this.content);
  }

  /** Shows `turns`; those that are the same objects as before are left alone. */
  update(turns: readonly TurnView[]): void {
    const { strings } = this.context;
    this.scroller.setAttribute('aria-label', strings().messages);
    setLabel(this.toEnd, strings().scrollToEnd);
    const begun = this.hasBegun(turns);
    const branched = this.hasBranched(turns);
    const before = this.slots;
    const kept = new Map<string, TurnSlot>();
    for (const turn of turns) kept.set(turn.id, this.slotOf(turn));
    for (const [id, old] of this.slots) if (!kept.has(id)) old.element.remove();
    this.slots = kept;
    this.putInOrder();
    if (begun) this.showEnd();
    else if (branched) this.showBranch([...kept].filter(([id]) => !before.has(id)).map(([, slot]) => slot));
  }

  /** Whether a question was asked, at the end of what is shown or in place of another. */
  private hasBegun(turns: readonly TurnView[]): boolean {
    const last = turns.at(-1);
    if (last === undefined || this.slots.has(last.id)) return false;
    return isActive(last) || !this.hasBranched(turns);
  }

  /** Whether turns that were shown have given way to others. */
  private hasBranched(turns: readonly TurnView[]): boolean {
    const ids = new Set(turns.map(({ id }) => id));
    return [...this.slots.keys()].some((id) => !ids.has(id));
  }

  /** Forgets everything: another conversation follows. */
  clear(): void {
    this.slots.clear();
    this.near.length = 0;
    this.content.replaceChildren();
    this.follow(true);
  }

  /** The finished answer as it reads. */
  answerText(turnId: string): string {
    return this.slots.get(turnId)?.answerText ?? '';
  }

  private slotOf(turn: TurnView): TurnSlot {
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

  /** Renders what stands at the end at once, as it is what is seen first. */
  private showEnd(): void {
    renderScreen([...this.slots.values()].reverse());
    this.follow(true);
    this.keepEnd();
  }

  /** Renders at once the turns that have taken the place of others. What was pressed stays where it is: they begin below it. */
  private showBranch(slots: readonly TurnSlot[]): void {
    renderScreen(slots);
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.follow(scrollHeight - scrollTop - clientHeight <= 1);
  }

  private renderSoon(slot: TurnSlot): void {
    this.near.push(slot);
    if (this.near.length === 1) requestAnimationFrame(this.renderNear);
  }

  /** A few turns a frame: all that come near with one jump of the scroll bar would keep the page from answering. */
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

  /** Up leaves the end, were it by a pixel; down to near it follows again. Content that grows or shrinks moves nobody away from the end. */
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

/** Renders the first of `slots`, as many as fill what is seen and a half. */
function renderScreen(slots: readonly TurnSlot[]): void {
  let room = window.innerHeight * 1.5;
  for (const slot of slots) {
    if (room <= 0) break;
    slot.render();
    room -= slot.estimatedHeight;
  }
}
