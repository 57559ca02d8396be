// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { TurnView } from '../../../../../src/contract/webview/chatMessages';
import { TurnList } from '../../../../../webview/chat/turns/turnList';
import { FakeTransport, fakeContext, turn } from '../../viewSamples';

/** Nothing is laid out in jsdom: a test says when something has changed its size. */
class FakeResizeObserver {
  static resized: () => void = () => undefined;

  constructor(callback: () => void) {
    FakeResizeObserver.resized = callback;
  }

  observe(): void {
    // Every size is the test's.
  }
}

const answer = 'Some **bold** words.\n\n```ts\nconst a = 1;\n```\n'.repeat(8);

/** A list in the document, with the geometry that a test gives it. */
class Page {
  readonly list: TurnList;
  readonly scroller: HTMLElement;
  height = 5000;
  private frames: FrameRequestCallback[] = [];

  constructor(turns: readonly TurnView[]) {
    vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => this.frames.push(frame));
    this.list = new TurnList(fakeContext({ post: new FakeTransport().post }));
    document.body.replaceChildren(this.list.element);
    const scroller = document.querySelector<HTMLElement>('.messages');
    if (scroller === null) throw new Error('no list');
    this.scroller = scroller;
    Object.defineProperty(scroller, 'scrollHeight', { get: () => this.height });
    Object.defineProperty(scroller, 'clientHeight', { value: 500 });
    this.list.update(turns);
  }

  slot(index: number): HTMLElement {
    const found = document.querySelectorAll<HTMLElement>('.turn-slot')[index];
    if (found === undefined) throw new Error(`no turn ${String(index)}`);
    return found;
  }

  /** As the browser says it. */
  skip(index: number, skipped: boolean): void {
    this.slot(index).dispatchEvent(Object.assign(new Event('contentvisibilityautostatechange'), { skipped }));
  }

  frame(): void {
    for (const frame of this.frames.splice(0)) frame(0);
  }

  allFrames(): void {
    while (this.frames.length > 0) this.frame();
  }

  isRendered(index: number): boolean {
    return this.slot(index).querySelector('.answer-body') !== null;
  }

  scrollTo(top: number): void {
    this.scroller.scrollTop = top;
    this.scroller.dispatchEvent(new Event('scroll'));
  }

  get distance(): number {
    return this.height - this.scroller.scrollTop;
  }
}

function conversation(count: number): TurnView[] {
  return Array.from({ length: count }, (_, index) => turn(`t${String(index)}`, { answer }));
}

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', FakeResizeObserver);
});

describe('a long conversation', () => {
  it('has its end rendered at once, and all the words of the rest', () => {
    const page = new Page(conversation(100));
    expect(page.isRendered(99)).toBe(true);
    expect(page.isRendered(0)).toBe(false);
    expect(document.querySelectorAll('.answer-body').length).toBeLessThan(10);
    expect(page.slot(0).textContent).toContain('question t0');
    expect(page.slot(0).textContent).toContain('Some **bold** words.');
  });

  it('that has grown here renders no more of it for the next question than one that was opened', () => {
    const turns: TurnView[] = [];
    const page = new Page(turns);
    for (let count = 0; count < 6; count++) {
      const id = `t${String(count)}`;
      page.list.update([...turns, turn(id, { answer: '', state: { kind: 'waiting' } })]);
      turns.push(turn(id, { answer: answer.repeat(10) }));
      page.list.update(turns);
      page.skip(count, true);
    }
    for (const index of turns.keys()) page.skip(index, true);
    expect(document.querySelectorAll('.answer-body')).toHaveLength(0);
    page.list.update([...turns, turn('next', { answer: '', state: { kind: 'waiting' } })]);
    // The last answer alone is higher than the view.
    expect([3, 4, 5].map((index) => page.isRendered(index))).toEqual([false, false, true]);
  });

  it('has headings for every question and answer, rendered or not', () => {
    new Page(conversation(30));
    expect(document.querySelectorAll('article .visually-hidden:is(h2)')).toHaveLength(30);
    expect(document.querySelectorAll('article > .answer > h3')).toHaveLength(30);
  });

  it('renders what comes near, over several frames, and makes plain text again of what is far', () => {
    const page = new Page(conversation(100));
    page.skip(3, false);
    page.skip(4, false);
    expect(page.isRendered(4)).toBe(false);
    page.allFrames();
    expect(page.isRendered(3) && page.isRendered(4)).toBe(true);
    expect(page.slot(3).querySelector('strong')?.textContent).toBe('bold');
    page.skip(3, true);
    expect(page.isRendered(3)).toBe(false);
    expect(page.slot(3).textContent).toContain('Some **bold** words.');
  });

  it('never takes away what has the focus or the selection, or an answer that is being written', () => {
    const turns = conversation(3).with(2, turn('t2', { answer, state: { kind: 'streaming' } }));
    const page = new Page(turns);
    for (const index of [0, 1]) page.skip(index, false);
    page.allFrames();
    page.slot(0).querySelector('pre')?.focus();
    page.skip(0, true);
    expect(page.isRendered(0)).toBe(true);
    expect(document.activeElement?.tagName).toBe('PRE');
    const paragraph = page.slot(1).querySelector('p');
    if (paragraph === null) throw new Error('nothing to select');
    document.getSelection()?.selectAllChildren(paragraph);
    page.skip(1, true);
    expect(page.isRendered(1)).toBe(true);
    page.skip(2, true);
    expect(page.isRendered(2)).toBe(true);
  });

  it('leaves plain text that is selected until it is no longer', () => {
    const page = new Page(conversation(100));
    document.getSelection()?.selectAllChildren(page.slot(3));
    page.skip(3, false);
    page.allFrames();
    expect(page.isRendered(3)).toBe(false);
    document.getSelection()?.removeAllRanges();
    document.dispatchEvent(new Event('selectionchange'));
    page.allFrames();
    expect(page.isRendered(3)).toBe(true);
  });

  it('keeps its order when turns are taken out and put in', () => {
    const turns = conversation(5);
    const page = new Page(turns);
    const [a, b, c, d, e] = turns as [TurnView, TurnView, TurnView, TurnView, TurnView];
    const shown = (): string[] => Array.from(document.querySelectorAll('.question-text'), ({ textContent }) => textContent);
    const first = page.slot(0);
    page.list.update([a, c, e]);
    expect(shown()).toEqual(['question t0', 'question t2', 'question t4']);
    page.list.update([a, b, c, d, e]);
    expect(shown()).toEqual(turns.map(({ question }) => question));
    expect(page.slot(0)).toBe(first);
  });

  it('changes the words of a turn that is not rendered', () => {
    const turns = conversation(50);
    const page = new Page(turns);
    page.list.update(turns.with(0, turn('t0', { answer: 'other' })));
    expect(page.slot(0).textContent).toContain('other');
    expect(page.isRendered(0)).toBe(false);
  });
});

describe('following the end', () => {
  it('begins there and goes with it', () => {
    const page = new Page(conversation(2));
    expect(page.distance).toBe(0);
    page.height += 300;
    FakeResizeObserver.resized();
    expect(page.distance).toBe(0);
  });

  it('ends with a scroll up, were it of a few pixels, and stays ended while the answer grows', () => {
    const page = new Page(conversation(2));
    page.height = 4000;
    page.scrollTo(3500);
    page.scrollTo(3495);
    page.height += 300;
    FakeResizeObserver.resized();
    expect(page.scroller.scrollTop).toBe(3495);
    expect(document.querySelector<HTMLElement>('.to-end')?.hidden).toBe(false);
  });

  it('begins again near the end, by the button, and with the next question', () => {
    const turns = conversation(2);
    const page = new Page(turns);
    const button = document.querySelector<HTMLElement>('.to-end');
    page.scrollTo(4500);
    page.scrollTo(1000);
    expect(button?.hidden).toBe(false);
    page.scrollTo(4480);
    expect(button?.hidden).toBe(true);
    page.scrollTo(1000);
    button?.click();
    expect(page.distance).toBe(0);
    expect(document.activeElement).toBe(page.scroller);
    page.scrollTo(1000);
    page.list.update([...turns, turn('next')]);
    expect(page.distance).toBe(0);
  });

  it('is not ended by content that shrinks or grows by itself', () => {
    const page = new Page(conversation(2));
    page.scrollTo(4500);
    page.height = 4000;
    page.scrollTo(3500);
    expect(document.querySelector<HTMLElement>('.to-end')?.hidden).toBe(true);
    page.height = 4200;
    page.scrollTo(3500);
    FakeResizeObserver.resized();
    expect(page.distance).toBe(0);
  });
});
