import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PhaseThreads } from '../../../../src/worker/tuning/threadTuner';

type Machine = (threads: number) => number;

function run(tuner: PhaseThreads, steps: number, time: Machine): number[] {
  return Array.from({ length: steps }, () => {
    const threads = tuner.next;
    tuner.record(time(threads));
    return threads;
  });
}

const total = (used: readonly number[], time: Machine): number => used.reduce((sum, threads) => sum + time(threads), 0);

const idle: Machine = (threads) => 170 / threads;
/** Another process on one of two cores, spinning threads waiting for it. */
const busyBy =
  (factor: number): Machine =>
  (threads) =>
    threads === 2 ? 85 * factor : 170;

describe('PhaseThreads', () => {
  it.each([2.5, 3, 5, 40])('leaves a core to whatever makes two threads %f times slower within ten steps, and takes it back', (factor) => {
    const tuner = new PhaseThreads(2, 2);
    run(tuner, 100, idle);
    expect(tuner.next).toBe(2);
    run(tuner, 10, busyBy(factor));
    // But for looks at whether it is still busy, which may take as long as was lost by waiting.
    const used = run(tuner, 100, busyBy(factor));
    expect(total(used, busyBy(factor))).toBeLessThan(1.25 * 170 * used.length);
    run(tuner, 300, idle);
    expect(tuner.next).toBe(2);
  });

  it('is as ready after hours without a slowdown, and right after a look at other numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4000, max: 8000 }), (steps) => {
        const tuner = new PhaseThreads(2, 2);
        run(tuner, steps, idle);
        run(tuner, 20, busyBy(40));
        expect(tuner.next).toBe(1);
      }),
      { numRuns: 30 },
    );
  });

  it('is still ready after many false alarms', () => {
    const tuner = new PhaseThreads(2, 2);
    for (let alarm = 0; alarm < 30; alarm++) {
      run(tuner, 2, (threads) => 3 * idle(threads));
      run(tuner, 20, idle);
    }
    run(tuner, 200, idle);
    run(tuner, 20, busyBy(40));
    expect(tuner.next).toBe(1);
  });

  it('does not pay for looking back what it gained by giving up a core', () => {
    const tuner = new PhaseThreads(2, 2);
    run(tuner, 100, idle);
    run(tuner, 20, busyBy(40));
    const used = run(tuner, 2000, busyBy(40));
    expect(total(used, busyBy(40))).toBeLessThan(1.25 * 2000 * 170);
  });

  it('takes the core back the sooner the less a look costs', () => {
    const tuner = new PhaseThreads(2, 2);
    run(tuner, 100, idle);
    expect(run(tuner, 10, busyBy(5))).toContain(1);
    const used = run(tuner, 30, idle);
    expect(used.slice(-15).every((threads) => threads === 2)).toBe(true);
  });

  it('is not misled by single slow steps', () => {
    const tuner = new PhaseThreads(4, 4);
    let step = 0;
    const used = run(tuner, 500, (threads) => (400 / threads) * (++step % 7 === 0 ? 30 : 1));
    expect(used.every((threads) => threads === 4)).toBe(true);
  });

  it('stays where it is when everything becomes slower alike, and stops asking', () => {
    const tuner = new PhaseThreads(4, 4);
    run(tuner, 50, (threads) => 400 / threads);
    const used = run(tuner, 400, (threads) => 2000 / threads);
    expect(tuner.next).toBe(4);
    expect(used.filter((threads) => threads !== 4).length).toBeLessThanOrEqual(6);
  });

  it('tries others seldom while nothing is amiss', () => {
    const used = run(new PhaseThreads(4, 4), 1000, (threads) => 400 / threads);
    expect(used.filter((threads) => threads !== 4).length).toBeLessThan(15);
  });

  it('never uses more threads than allowed, whatever was remembered, and at least one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 32 }),
        fc.integer({ min: 1, max: 16 }),
        fc.array(fc.double({ min: 0.1, max: 1000, noNaN: true }), { maxLength: 400 }),
        (calibrated, most, times) => {
          const tuner = new PhaseThreads(calibrated, most);
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
