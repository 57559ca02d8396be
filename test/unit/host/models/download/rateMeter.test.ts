import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateMeter } from '../../../../../src/host/models/download/rateMeter';
import { FakeTimers } from '../../../../fixtures/timers';

describe('the rate', () => {
  it('is nothing before there is a span of time', () => {
    const meter = new RateMeter(() => 0);
    expect(meter.bytesPerSecond).toBe(0);
    meter.note(1000);
    expect(meter.bytesPerSecond).toBe(0);
    expect(meter.secondsLeft(2000)).toBeUndefined();
  });

  it('is that of the last seconds, and does not count what was there before', () => {
    const clock = new FakeTimers();
    const meter = new RateMeter(clock.now);
    for (let second = 0; second <= 30; second++) {
      clock.time = second * 1000;
      meter.note(5e9 + (second < 20 ? second * 1e6 : 20e6 + (second - 20) * 3e6));
    }
    expect(meter.bytesPerSecond).toBe(3e6);
    expect(meter.secondsLeft(5e9 + 50e6 + 30e6)).toBe(10);
  });

  it('falls while nothing comes', () => {
    const clock = new FakeTimers();
    const meter = new RateMeter(clock.now);
    meter.note(0);
    clock.time = 1000;
    meter.note(8e6);
    clock.time = 8000;
    expect(meter.bytesPerSecond).toBe(1e6);
  });

  it('is never below nothing, whatever is counted', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5000), fc.nat(1e9))), (steps) => {
        const clock = new FakeTimers();
        const meter = new RateMeter(clock.now);
        for (const [pause, bytes] of steps) {
          clock.time += pause;
          meter.note(bytes);
          expect(meter.bytesPerSecond).toBeGreaterThanOrEqual(0);
          expect(meter.secondsLeft(1e9) ?? 0).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
