import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tuning } from '../../../../src/worker/engine/tuning';

type Steps = readonly (readonly [size: number, milliseconds: number])[];

function tuningOf(steps: Steps): Tuning {
  return new Tuning({ decodeThreads: 2, smallThreads: 2, steps, copyMilliseconds: 5 }, 2, 512, 500_000);
}

describe('the budget of a step with ghost text', () => {
  it.each([
    ['is short in itself', [100, 150, 220, 450]],
    ['is short beside what a single token takes, on a slow machine', [260, 500, 900, 1490]],
  ])('has room for chat prefill where that %s', (_, times) => {
    const steps = [1, 4, 8, 16].map((size, index): Steps[number] => [size, times[index] ?? 0]);
    expect(tuningOf(steps).budget(0)).toMatchObject({ ghost: 8, mix: true });
  });

  it('lets prefill pause where four tokens take four times as long as one, and for a second at most', () => {
    const linear: Steps = [
      [1, 150],
      [4, 600],
      [16, 2400],
    ];
    const tuning = tuningOf(linear);
    expect(tuning.budget(0).mix).toBe(false);
    expect(tuning.budget(999).mix).toBe(false);
    expect(tuning.budget(1000).mix).toBe(true);
  });

  it('never lets a chat that has waited for a second go on waiting, whatever was measured', () => {
    const time = fc.double({ min: 0.1, max: 60_000, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(1, 2, 4, 8, 16, 64), time)), fc.integer({ min: 1000, max: 1e9 }), (steps, paused) => {
        const { ghost, mix } = tuningOf(steps).budget(paused);
        expect(mix).toBe(true);
        expect(ghost).toBeGreaterThanOrEqual(4);
      }),
    );
  });
});
