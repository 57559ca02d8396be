import { describe, expect, it } from 'vitest';
import { Tuning } from '../../../../src/worker/tuning/tuning';

type Steps = readonly (readonly [size: number, milliseconds: number])[];

function tuningOf(steps: Steps): Tuning {
  return new Tuning(
    { decodeThreads: 2, smallThreads: 2, wakeThreads: 1, steps, growth: { untiled: 0, tiled: 0 }, copyMilliseconds: 5 },
    2,
    512,
    500_000,
  );
}

describe('the budget of a step', () => {
  /** Measured with Llama 2 7B on two cores that take long for few tokens. */
  const slow: Steps = [
    [1, 154],
    [2, 280],
    [4, 293],
    [8, 323],
    [16, 483],
    [32, 771],
    [64, 1461],
  ];

  const chat = { priority: 'chat', context: 0 } as const;
  const ghost = { priority: 'interactive', context: 0 } as const;

  it('is what is fastest with nobody typing, and short as soon as somebody types', () => {
    const tuning = tuningOf(slow);
    expect(tuning.budget(chat)).toBe(64);
    tuning.typing = true;
    expect(tuning.budget(chat)).toBe(16);
  });

  it('grows where ghost texts are cancelled one after the other, until somebody gets one or stops typing', () => {
    const tuning = tuningOf(slow);
    tuning.typing = true;
    tuning.completionEnded(false);
    expect(tuning.budget(chat)).toBe(16);
    tuning.completionEnded(false);
    expect(tuning.budget(chat)).toBe(32);
    tuning.completionEnded(true);
    expect(tuning.budget(chat)).toBe(16);
    for (let key = 0; key < 3; key++) tuning.completionEnded(false);
    tuning.typing = false;
    tuning.typing = true;
    expect(tuning.budget(chat)).toBe(16);
  });

  it('lets a ghost text evaluate its own prompt at nearly full speed, whoever types', () => {
    const tuning = tuningOf(slow);
    expect(tuning.budget(ghost)).toBe(32);
    tuning.typing = true;
    expect(tuning.budget(ghost)).toBe(32);
  });
});

describe('the threads of a step', () => {
  it('are those that wake fastest after a pause, but for a long one', () => {
    const tuning = tuningOf([[1, 8]]);
    expect([1, 4].map((tokens) => tuning.threads(tokens, false))).toEqual([1, 1]);
    expect(tuning.threads(64, false)).toBe(2);
    expect([1, 4].map((tokens) => tuning.threads(tokens, true))).toEqual([2, 2]);
  });
});
