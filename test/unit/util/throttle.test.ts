import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pace } from '../../../src/util/throttle';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Pace', () => {
  it('acts at once, then once an interval, and at the end for everything that was asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 40 }), (pauses) => {
        let asked = 0;
        let done = 0;
        const times: number[] = [];
        const pace = new Pace(
          16,
          () => {
            times.push(Date.now());
            done = asked;
            return true;
          },
          () => Date.now(),
        );
        const began = Date.now();
        for (const pause of pauses) {
          asked++;
          pace.ask();
          vi.advanceTimersByTime(pause);
        }
        vi.advanceTimersByTime(16);
        expect(done).toBe(asked);
        expect(times[0]).toBe(began);
        for (const [index, time] of times.entries()) expect(time - (times[index - 1] ?? -Infinity)).toBeGreaterThanOrEqual(16);
      }),
    );
  });

  it('does not wait after having had nothing to do, and does nothing once disposed', () => {
    const act = vi.fn(() => false);
    const pace = new Pace(16, act, () => Date.now());
    pace.ask();
    pace.ask();
    expect(act).toHaveBeenCalledTimes(2);
    act.mockReturnValue(true);
    pace.ask();
    pace.ask();
    pace.dispose();
    vi.advanceTimersByTime(100);
    expect(act).toHaveBeenCalledTimes(3);
  });
});
