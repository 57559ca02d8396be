import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeThreads } from '../../../../src/worker/engine/decodeThreads';

function run(tuner: DecodeThreads, steps: number, time: (threads: number) => number): number[] {
  return Array.from({ length: steps }, () => {
    const threads = tuner.next;
    tuner.record(time(threads));
    return threads;
  });
}

describe('DecodeThreads', () => {
  it('leaves a core to whatever makes two threads slow, and takes it back when that is done', () => {
    const tuner = new DecodeThreads(2, 2);
    const idle = (threads: number): number => 170 / threads;
    const busy = (threads: number): number => (threads === 2 ? 3000 : 200);
    run(tuner, 100, idle);
    expect(tuner.next).toBe(2);
    run(tuner, 40, busy);
    expect(tuner.next).toBe(1);
    run(tuner, 600, idle);
    expect(tuner.next).toBe(2);
  });

  it('tries others seldom while nothing is amiss', () => {
    const used = run(new DecodeThreads(4, 4), 1000, (threads) => 400 / threads);
    expect(used.filter((threads) => threads !== 4).length).toBeLessThan(15);
  });

  it('never uses more threads than allowed, and at least one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16 }),
        fc.array(fc.double({ min: 0.1, max: 1000, noNaN: true }), { maxLength: 400 }),
        (most, times) => {
          const tuner = new DecodeThreads(most, most);
          for (const time of times) {
            expect(tuner.next).toBeGreaterThanOrEqual(1);
            expect(tuner.next).toBeLessThanOrEqual(most);
            tuner.record(time);
          }
        },
      ),
    );
  });
});
