import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Neighbours } from '../../../../src/worker/model/otherWindows';
import { shouldPark } from '../../../../src/worker/session/snapshotPolicy';
import { keyOf, recall, remember } from '../../../../src/worker/tuning/calibrationStore';
import { calibration } from '../../../fixtures/engine/sessionFixtures';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paddock-keeping-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('what is remembered of a model', () => {
  const circumstances = {
    fingerprint: 'a',
    libraryVersion: '1',
    gpu: false as const,
    threads: 2,
    limits: { physicalCores: 2, affinity: 2, cgroupQuota: undefined },
  };
  const key = keyOf(circumstances);
  const file = (): string => join(folder, `calibration-${key}.json`);

  it('comes back as it was', async () => {
    await remember(folder, { key, calibration, repackedBytes: 7 });
    expect(await recall(folder, key)).toMatchObject({ calibration, repackedBytes: 7 });
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('is of no use in other circumstances, nor when it is damaged', async () => {
    await remember(folder, { key, calibration, repackedBytes: 7 });
    const others = [{ fingerprint: 'b' }, { libraryVersion: '2' }, { gpu: 'vulkan' as const }, { threads: 1 }];
    for (const other of others) expect(await recall(folder, keyOf({ ...circumstances, ...other }))).toBeUndefined();
    for (const text of ['', '{', '[]', JSON.stringify({ version: 1, key, calibration: {}, repackedBytes: 0 })]) {
      await writeFile(file(), text);
      expect(await recall(folder, key)).toBeUndefined();
    }
  });

  it('need not be kept where nothing can be written', async () => {
    await writeFile(join(folder, 'file'), '');
    await remember(join(folder, 'file'), { key, calibration, repackedBytes: 7 });
    expect(await recall(join(folder, 'file'), key)).toBeUndefined();
  });
});

describe('workers of other windows', () => {
  it('are those alive, with what they hold; what dead ones left is removed', async () => {
    const neighbours = new Neighbours(folder);
    await neighbours.announce(5e9);
    expect(await neighbours.others()).toEqual([]);
    // The process that runs the tests is alive, and no process has this number.
    await writeFile(join(folder, 'workers', `${String(process.ppid)}.json`), '{"bytes":3}');
    await writeFile(join(folder, 'workers', '4194305.json'), '{"bytes":9}');
    expect(await neighbours.others()).toEqual([{ pid: process.ppid, bytes: 3 }]);
    expect((await readdir(join(folder, 'workers'))).sort()).not.toContain('4194305.json');
    await neighbours.leave();
    expect(await readdir(join(folder, 'workers'))).toEqual([`${String(process.ppid)}.json`]);
  });

  it('count without their memory where it cannot be read', async () => {
    await new Neighbours(folder).announce(1);
    await writeFile(join(folder, 'workers', `${String(process.ppid)}.json`), 'garbage');
    expect(await new Neighbours(folder).others()).toEqual([{ pid: process.ppid, bytes: 0 }]);
  });
});

describe('shouldPark', () => {
  const facts = fc.record({ tokens: fc.nat(4096), parked: fc.nat(4096), sinceParked: fc.double({ min: 0, max: 1e6, noNaN: true }) });
  const costs = fc.record({ token: fc.double({ min: 0, max: 100, noNaN: true }), save: fc.double({ min: 0, max: 10, noNaN: true }) });
  const quiet = fc.double({ min: 0, max: 1e5, noNaN: true });

  it('never writes what costs more to write than to evaluate, and never soon after a request', () => {
    fc.assert(
      fc.property(facts, quiet, costs, (lane, silence, cost) => {
        if (!shouldPark(lane, silence, cost)) return;
        expect((lane.tokens - lane.parked) * cost.token).toBeGreaterThanOrEqual(lane.tokens * cost.save);
        expect(silence).toBeGreaterThanOrEqual(1500);
        expect(silence).toBeGreaterThanOrEqual(8 * lane.tokens * cost.save);
      }),
    );
  });

  it('does so sooner or later with what takes long to evaluate, and only once', () => {
    const cost = { token: 25, save: 1 };
    expect(shouldPark({ tokens: 512, parked: 0, sinceParked: Infinity }, 10_000, cost)).toBe(true);
    expect(shouldPark({ tokens: 512, parked: 512, sinceParked: Infinity }, 10_000, cost)).toBe(false);
    expect(shouldPark({ tokens: 512, parked: 0, sinceParked: 1000 }, 10_000, cost)).toBe(false);
  });
});
