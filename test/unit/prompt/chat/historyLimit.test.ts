import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptFrom } from '../../../../src/prompt/chat/historyLimit';

describe('turns kept', () => {
  it('are all of them while they fit', () => {
    expect(keptFrom([10, 20, 30], 40, 5, 105)).toBe(0);
    expect(keptFrom([10, 20, 30], 40, 5, 104)).toBe(1);
  });

  it('are none when the last message leaves no room', () => {
    expect(keptFrom([10, 20, 30], 200, 0, 100)).toBe(3);
    expect(keptFrom([], 200, 0, 100)).toBe(0);
  });

  it('drop to about 60% at once and then stay put for some turns', () => {
    const starts = Array.from({ length: 40 }, (_, turns) => keptFrom(new Array<number>(turns).fill(50), 20, 100, 1100));
    const changes = starts.filter((start, turns) => turns > 0 && start !== starts[turns - 1]).length;
    expect(starts.slice(0, 20).every((start) => start === 0)).toBe(true);
    expect(starts.at(-1)).toBeGreaterThan(16);
    // 8 turns a drop, so 20 turns past the first overflow are at most 3 drops; dropping one at a time would be 20.
    expect(changes).toBeLessThanOrEqual(3);
  });

  it('are the same in the request that overflows and in the next one, when the next one fits', () => {
    const before = [50, 50, 50, 50, 50, 50, 50, 50];
    expect(keptFrom(before, 150, 0, 500)).toBe(keptFrom([...before, 160], 20, 0, 500));
  });

  const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 30 });

  it('fit whenever the last message does, and never come back', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 900 }), fc.integer({ min: 0, max: 100 }), (turns, last, fixed) => {
        const budget = 1000;
        const start = keptFrom(turns, last, fixed, budget);
        const kept = turns.slice(start).reduce((sum, size) => sum + size, 0);
        expect(kept + last + fixed).toBeLessThanOrEqual(budget);
        expect(keptFrom([...turns, last + 50], 1, fixed, budget)).toBeGreaterThanOrEqual(start);
      }),
    );
  });
});
