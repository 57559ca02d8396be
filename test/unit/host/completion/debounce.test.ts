import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TypingPace } from '../../../../src/host/completion/debounce';

/** The waits of requests that come after these times, in milliseconds. */
function waits(intervals: readonly number[], latency: number | undefined, most = 75): readonly number[] {
  let now = 0;
  const pace = new TypingPace(() => now);
  return intervals.map((interval) => {
    now += interval;
    return pace.wait(latency, most);
  });
}

describe('TypingPace', () => {
  it('does not wait at the first key, nor after a pause', () => {
    expect(waits([0, 2000, 2000], 500)).toEqual([0, 0, 0]);
  });

  it('does not wait when the model answers faster than the user types', () => {
    expect(waits([0, 120, 120, 120], 60)).toEqual([0, 0, 0, 0]);
  });

  it('waits for the difference to a slower model, up to the setting', () => {
    expect(waits([0, 120, 120], 150)).toEqual([0, 30, 30]);
    expect(waits([0, 120, 120], 2000)).toEqual([0, 75, 75]);
  });

  it('waits for the whole setting while the model’s speed is unknown', () => {
    expect(waits([0, 120], undefined)).toEqual([0, 75]);
  });

  it('returns a delay between 0 and the setting', () => {
    const milliseconds = fc.nat(5000);
    fc.assert(
      fc.property(fc.array(milliseconds), fc.option(milliseconds, { nil: undefined }), milliseconds, (intervals, latency, most) => {
        for (const wait of waits(intervals, latency, most)) {
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThanOrEqual(most);
        }
      }),
    );
  });
});
