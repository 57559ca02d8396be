import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseEvictions, reserveOf } from '../../../../src/worker/kvStore/snapshotQuota';

describe('what has to go', () => {
  it('is no more than needed, the least recently used first', () => {
    const snapshots = fc.uniqueArray(fc.record({ id: fc.uuid(), bytes: fc.nat(100), lastUsed: fc.nat(20) }), { selector: ({ id }) => id });
    fc.assert(
      fc.property(snapshots, fc.nat(100), fc.nat(100), fc.nat(500), (all, others, needed, allowed) => {
        const sum = (some: typeof all): number => some.reduce((total, { bytes }) => total + bytes, 0);
        const chosen = chooseEvictions(all, sum(all) + others, needed, allowed);
        if (chosen === undefined) {
          expect(others + needed).toBeGreaterThan(allowed);
          return;
        }
        const left = all.filter(({ id }) => !chosen.includes(id));
        const last = all.find(({ id }) => id === chosen.at(-1));
        expect(sum(left) + others + needed).toBeLessThanOrEqual(allowed);
        if (last === undefined) return;
        expect(sum([...left, last]) + others + needed).toBeGreaterThan(allowed);
        for (const { lastUsed } of left) expect(lastUsed).toBeGreaterThanOrEqual(last.lastUsed);
      }),
    );
  });

  it('leaves a twentieth of the disk, within limits', () => {
    expect([10, 100, 1000].map((gigabytes) => reserveOf(gigabytes * 1024 ** 3) / 1024 ** 3)).toEqual([1, 5, 10]);
  });
});
