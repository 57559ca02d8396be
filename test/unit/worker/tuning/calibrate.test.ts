import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrate, stillHolds, type Probe } from '../../../../src/worker/tuning/calibrate';
import { StepCost } from '../../../../src/worker/tuning/stepCost';

/** A machine whose steps take what `time` says, and what was tried on it. */
function machine(time: (tokens: number, threads: number, context: number) => number): {
  probe: Probe;
  tried: { tokens: number; threads: number }[];
} {
  const tried: { tokens: number; threads: number }[] = [];
  const step = (tokens: number, threads: number, context: number): Promise<number> => {
    tried.push({ tokens, threads });
    return Promise.resolve(time(tokens, threads, context));
  };
  return { tried, probe: { step, rest: () => Promise.resolve(), copy: () => Promise.resolve(7) } };
}

/** Llama 2 7B on two cores, from docs/architecture.md's table: milliseconds of a step by its tokens. */
const sevenB = (tokens: number): number => ({ 1: 85, 2: 160, 3: 230, 4: 139, 8: 259, 16: 385 })[tokens] ?? (tokens * 1000) / 41.6;

describe('calibrate', () => {
  it('finds that a small model decodes fastest on one thread', async () => {
    const { probe } = machine((tokens, threads) => (tokens < 16 ? 4 + 4 * threads : (40 * tokens) / threads / 16));
    expect(await calibrate(4, 512, probe)).toMatchObject({ decodeThreads: 1, smallThreads: 1, copyMilliseconds: 7 });
  });

  it('tries no fewer threads for a large model, whose steps are long, and no step that takes much longer than three seconds', async () => {
    const { probe, tried } = machine(sevenB);
    const { decodeThreads, steps } = await calibrate(2, 512, probe);
    expect(decodeThreads).toBe(2);
    expect(new Set(tried.map(({ threads }) => threads))).toEqual(new Set([2]));
    expect(steps.map(([size]) => size)).toEqual([1, 2, 3, 4, 8, 16, 32]);
  });

  it('tries steps of 16 on a slow machine too, where one longer than wanted is worth its length', async () => {
    const { probe } = machine((tokens) => 3 * sevenB(tokens));
    const { steps } = await calibrate(2, 512, probe);
    expect(steps.map(([size]) => size)).toContain(16);
    expect(new StepCost(512, steps).size('idle')).toBeGreaterThan(4);
  });

  it('finds that a small model is woken by one thread, where a second core sleeps', async () => {
    let isAsleep = false;
    const step = (tokens: number, threads: number): Promise<number> => {
      const time = (10 * tokens) / threads + (isAsleep ? 8 * threads : 0);
      isAsleep = false;
      return Promise.resolve(time);
    };
    const rest = (): Promise<void> => {
      isAsleep = true;
      return Promise.resolve();
    };
    const found = await calibrate(2, 8, { step, rest, copy: () => Promise.resolve(0) });
    expect(found).toMatchObject({ decodeThreads: 2, wakeThreads: 1 });
  });

  it('finds how much longer steps take in a full lane, those in tiles and those that are not', async () => {
    const time = (tokens: number, context: number): number => 100 + 20 * tokens + tokens * context * (tokens < 64 ? 0.07 : 0.005);
    const { growth } = await calibrate(2, 512, machine((tokens, _, context) => time(tokens, context)).probe);
    expect(growth.untiled).toBeCloseTo(0.07, 6);
    expect(growth.tiled).toBeCloseTo(0.005, 6);
  });

  it('is not misled by single slow steps', async () => {
    let count = 0;
    const { probe } = machine((_, threads) => (count++ % 5 === 0 ? 900 : 10 * threads));
    expect((await calibrate(2, 16, probe)).decodeThreads).toBe(1);
  });

  it('never tries more threads or larger steps than it may, and answers with what it tried', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 512 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        async (most, largest, speed) => {
          const { probe, tried } = machine((tokens, threads) => (speed * tokens) / threads);
          const found = await calibrate(most, largest, probe);
          for (const { tokens, threads } of tried) {
            expect(threads).toBeLessThanOrEqual(most);
            expect(threads).toBeGreaterThanOrEqual(1);
            if (tokens !== 4) expect(tokens).toBeLessThanOrEqual(largest);
          }
          expect(tried.map(({ threads }) => threads)).toContain(found.decodeThreads);
          for (const [size] of found.steps) expect(tried.map(({ tokens }) => tokens)).toContain(size);
        },
      ),
    );
  });
});

describe('stillHolds', () => {
  it('tells the same machine from one that is busy, or another', async () => {
    const idle = machine(sevenB).probe;
    const calibration = await calibrate(2, 512, idle);
    expect(await stillHolds(calibration, idle)).toBe(true);
    expect(await stillHolds(calibration, machine((tokens) => 1.2 * sevenB(tokens)).probe)).toBe(true);
    expect(await stillHolds(calibration, machine((tokens) => 3 * sevenB(tokens)).probe)).toBe(false);
    expect(await stillHolds(calibration, machine((tokens) => sevenB(tokens) / 3).probe)).toBe(false);
  });
});
