import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrateDecodeThreads } from '../../../../src/worker/engine/calibrate';
import { chooseThreads, readThreadLimits } from '../../../../src/worker/engine/threads';

const limits = fc.record({
  physicalCores: fc.integer({ min: 0, max: 128 }),
  affinity: fc.integer({ min: 1, max: 256 }),
  cgroupQuota: fc.option(fc.double({ min: 0.05, max: 64, noNaN: true }), { nil: undefined }),
});

describe('chooseThreads', () => {
  it('is never above any limit, and at least one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), limits, (wanted, machine) => {
        const threads = chooseThreads(wanted, machine);
        expect(Number.isInteger(threads)).toBe(true);
        expect(threads).toBeGreaterThanOrEqual(1);
        for (const limit of [machine.physicalCores, machine.affinity, machine.cgroupQuota ?? Infinity]) {
          expect(threads).toBeLessThanOrEqual(Math.max(1, limit));
        }
      }),
    );
  });

  it('takes what the user wants where the machine has it, and all it has otherwise', () => {
    const machine = { physicalCores: 8, affinity: 16, cgroupQuota: undefined };
    expect(chooseThreads(3, machine)).toBe(3);
    expect(chooseThreads(99, machine)).toBe(8);
    expect(chooseThreads(0, machine)).toBe(8);
    expect(chooseThreads(0, { ...machine, cgroupQuota: 2.5 })).toBe(2);
    expect(chooseThreads(0, { ...machine, cgroupQuota: 0.5 })).toBe(1);
    expect(chooseThreads(0.5, machine)).toBe(1);
  });
});

describe('readThreadLimits', () => {
  it('knows what this process may run on', () => {
    const machine = readThreadLimits(4);
    expect(machine.physicalCores).toBe(4);
    expect(machine.affinity).toBeGreaterThanOrEqual(1);
    expect(machine.cgroupQuota ?? 1).toBeGreaterThan(0);
  });
});

describe('calibrateDecodeThreads', () => {
  const asking = (times: Readonly<Record<number, number>>): { tried: number[]; step: (threads: number) => Promise<number> } => {
    const tried: number[] = [];
    return {
      tried,
      step: (threads) => {
        tried.push(threads);
        return Promise.resolve(times[threads] ?? 1000);
      },
    };
  };

  it('finds that a small model is fastest on one', async () => {
    const { step } = asking({ 4: 16, 2: 9, 1: 8 });
    expect(await calibrateDecodeThreads(4, step)).toBe(1);
  });

  it('stays with all where fewer are no faster', async () => {
    const { step } = asking({ 4: 8, 2: 8, 1: 12 });
    expect(await calibrateDecodeThreads(4, step)).toBe(4);
  });

  it('tries no fewer for a large model, whose steps are long', async () => {
    const { step, tried } = asking({ 4: 85, 2: 160, 1: 300 });
    expect(await calibrateDecodeThreads(4, step)).toBe(4);
    expect(new Set(tried)).toEqual(new Set([4]));
  });

  it('is not misled by single slow steps', async () => {
    const times = [500, 8, 8, 500, 8];
    const step = (threads: number): Promise<number> => Promise.resolve(threads === 2 ? (times.shift() ?? 8) : 30);
    expect(await calibrateDecodeThreads(2, step)).toBe(2);
  });

  it('never tries more than it may, and answers with what it tried', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 64 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 64 }),
        async (most, times) => {
          const { step, tried } = asking(Object.fromEntries(times.map((time, index) => [index + 1, time])));
          const best = await calibrateDecodeThreads(most, step);
          expect(Math.max(...tried)).toBe(most);
          expect(tried).toContain(best);
        },
      ),
    );
  });
});
