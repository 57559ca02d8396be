import type { ChatProgress } from '../../../src/contract/chat';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TextThrottle } from '../../../src/util/textThrottle';

type Prefill = Extract<ChatProgress, { kind: 'prefill' }>;

const text = (piece: string, ...tokens: number[]): ChatProgress => ({ kind: 'text', text: piece, tokens });

describe('TextThrottle', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function start(): { throttle: TextThrottle<Prefill>; sent: ChatProgress[] } {
    const sent: ChatProgress[] = [];
    return { sent, throttle: new TextThrottle((progress: ChatProgress) => sent.push(progress), Date.now) };
  }

  it('sends the first piece at once, and those that follow fast together, with all their tokens', () => {
    const { throttle, sent } = start();
    throttle.push(text('a', 1));
    expect(sent).toEqual([text('a', 1)]);
    for (const [piece, token] of [
      ['b', 2],
      ['', 3],
      ['c', 4],
    ] as const) {
      vi.advanceTimersByTime(5);
      throttle.push(text(piece, token));
    }
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(40);
    expect(sent).toEqual([text('a', 1), text('bc', 2, 3, 4)]);
  });

  it('holds nothing back that comes slowly', () => {
    const { throttle, sent } = start();
    for (const [piece, token] of [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ] as const) {
      throttle.push(text(piece, token));
      vi.advanceTimersByTime(100);
    }
    expect(sent).toEqual([text('a', 1), text('b', 2), text('c', 3)]);
  });

  it('keeps the order, and sends what is left when told', () => {
    const { throttle, sent } = start();
    throttle.push({ kind: 'prefill', done: 1, total: 2 });
    throttle.push(text('a', 1));
    throttle.push(text('b', 2));
    throttle.push({ kind: 'prefill', done: 2, total: 2 });
    throttle.push(text('c', 3));
    throttle.flush();
    expect(sent).toEqual([
      { kind: 'prefill', done: 1, total: 2 },
      text('a', 1),
      text('b', 2),
      { kind: 'prefill', done: 2, total: 2 },
      text('c', 3),
    ]);
    vi.advanceTimersByTime(100);
    throttle.flush();
    expect(sent).toHaveLength(5);
  });

  it('loses no letter, no token and no order at any speed', () => {
    const letters = fc.string({ minLength: 1, maxLength: 3 });
    const step = fc.oneof(letters, fc.constant(undefined), fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { throttle, sent } = start();
        const pushed: (string | number)[] = [];
        for (const [index, next] of steps.entries()) {
          if (typeof next === 'number') vi.advanceTimersByTime(next);
          else if (next === undefined) {
            throttle.push({ kind: 'prefill', done: index, total: steps.length });
            pushed.push(index);
          } else {
            throttle.push(text(next, index));
            pushed.push(...Array.from(next));
          }
        }
        throttle.flush();
        expect(sent.flatMap((each): (string | number)[] => (each.kind === 'text' ? Array.from(each.text) : [each.done]))).toEqual(pushed);
        const tokens = sent.flatMap((each) => (each.kind === 'text' ? each.tokens : []));
        expect(tokens).toEqual(steps.flatMap((next, index) => (typeof next === 'string' ? [index] : [])));
      }),
    );
  });
});
