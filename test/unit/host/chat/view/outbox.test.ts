import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Outbox } from '../../../../../src/host/chat/view/outbox';
import type { HostMessage } from '../../../../../src/contract/webview/chatMessages';

const delta = (at: number, text: string, turnId = 'a'): HostMessage => ({ type: 'delta', turnId, at, text });
const other: HostMessage = { type: 'focusInput' };

/** An outbox and what came out of it. */
function opened(): { outbox: Outbox; posted: HostMessage[] } {
  const posted: HostMessage[] = [];
  const outbox = new Outbox(
    (message) => posted.push(message),
    () => Date.now(),
  );
  return { outbox, posted };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Outbox', () => {
  it('posts the first delta at once, and those of the next frame together', () => {
    const { outbox, posted } = opened();
    outbox.push(delta(0, 'a'));
    expect(posted).toEqual([delta(0, 'a')]);
    outbox.push(delta(1, 'b'));
    outbox.push(delta(2, 'c'));
    expect(posted).toHaveLength(1);
    vi.advanceTimersByTime(16);
    expect(posted.slice(1)).toEqual([delta(1, 'bc')]);
    vi.advanceTimersByTime(100);
    outbox.push(delta(3, 'd'));
    expect(posted.at(-1)).toEqual(delta(3, 'd'));
  });

  it('keeps other messages behind earlier deltas', () => {
    const { outbox, posted } = opened();
    outbox.push(delta(0, 'a'));
    outbox.push(delta(1, 'b'));
    outbox.push(other);
    expect(posted).toEqual([delta(0, 'a'), delta(1, 'b'), other]);
  });

  it('joins only adjacent deltas of the same turn', () => {
    const { outbox, posted } = opened();
    outbox.push(delta(0, 'a'));
    outbox.push(delta(1, 'b'));
    outbox.push(delta(0, 'x', 'z'));
    outbox.push(delta(9, 'y', 'z'));
    outbox.flush();
    expect(posted).toEqual([delta(0, 'a'), delta(1, 'b'), delta(0, 'x', 'z'), delta(9, 'y', 'z')]);
  });

  it('posts nothing after dispose', () => {
    const { outbox, posted } = opened();
    outbox.push(delta(0, 'a'));
    outbox.push(delta(1, 'b'));
    outbox.dispose();
    vi.advanceTimersByTime(100);
    expect(posted).toEqual([delta(0, 'a')]);
  });

  it('keeps every character in order at any speed', () => {
    const step = fc.oneof(fc.string({ minLength: 1, maxLength: 3 }), fc.constant(undefined), fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { outbox, posted } = opened();
        let text = '';
        for (const next of steps) {
          if (typeof next === 'number') vi.advanceTimersByTime(next);
          else if (next === undefined) outbox.push(other);
          else {
            outbox.push(delta(text.length, next));
            text += next;
          }
        }
        outbox.flush();
        let shown = '';
        for (const message of posted) {
          if (message.type !== 'delta') continue;
          expect(message.at).toBe(shown.length);
          shown += message.text;
        }
        expect(shown).toBe(text);
        expect(posted.filter(({ type }) => type === 'focusInput')).toHaveLength(steps.filter((next) => next === undefined).length);
      }),
    );
  });
});
