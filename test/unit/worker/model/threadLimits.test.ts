import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseThreads, readThreadLimits } from '../../../../src/worker/model/threadLimits';

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
