import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TypingSignal } from '../../../../src/host/completion/typingSignal';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('TypingSignal', () => {
  it('fires once when typing starts and once two seconds after the last key', () => {
    const told: boolean[] = [];
    const signal = new TypingSignal((typing) => told.push(typing));
    for (let key = 0; key < 5; key++) {
      signal.typed();
      vi.advanceTimersByTime(1999);
    }
    expect(told).toEqual([true]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual([true, false]);
    signal.typed();
    expect(told).toEqual([true, false, true]);
  });

  it('fires nothing after dispose', () => {
    const told: boolean[] = [];
    const signal = new TypingSignal((typing) => told.push(typing));
    signal.typed();
    signal.dispose();
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([true]);
  });
});
