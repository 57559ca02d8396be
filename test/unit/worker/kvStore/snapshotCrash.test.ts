import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sealHeader, thisWriter } from '../../../../src/worker/kvStore/snapshotFiles';
import { deadWriter, identity, park, parked, Place, readState, stateOf, tokensOf } from './snapshotFixtures';

let place: Place;

beforeEach(async () => {
  place = await Place.make();
});

afterEach(async () => {
  await place.remove();
});

const id = 'a'.repeat(32);

describe('after a crash', () => {
  it.each([{ memory: true }, { memory: false }])(
    'at any moment there is a whole snapshot or none (memory: $memory)',
    async ({ memory }) => {
      const options = memory ? {} : { memoryFolder: false as const };
      const store = await place.open(options);
      await park(store, { tokens: [1] });
      const done = { saved: false };
      const saving = park(store, { tokens: [1, 2], bytes: 3000 }).finally(() => (done.saved = true));
      const crashes: Place[] = [];
      while (!done.saved) {
        crashes.push(await place.crashed());
        await turn();
      }
      await saving;
      crashes.push(await place.crashed());
      const outcomes = new Set<string>();
      for (const crash of crashes) {
        const next = await crash.open(options);
        const found = tokensOf(next);
        // The older one goes only when the newer one is there.
        expect(found).toContainEqual(found.length === 1 && found[0]?.length === 2 ? [1, 2] : [1]);
        for (const entry of next.entries) expect(await next.restore(entry.id, readState)).toBe(true);
        await next.settled();
        expect(await crash.files()).toHaveLength(2 * found.length);
        expect(next.entries.every((entry) => entry.place === 'disk')).toBe(true);
        outcomes.add(JSON.stringify(found));
        await crash.remove();
      }
      expect([...outcomes]).toContain('[[1,2]]');
    },
  );

  it('what the process left in memory is taken up, and moved to disk', async () => {
    const store = await place.open({ maxBytes: 0 });
    const kept = await parked(store, { tokens: [1] });
    const crash = await place.crashed();
    const next = await crash.open();
    expect(next.entries).toMatchObject([{ id: kept, place: 'memory' }]);
    expect(await next.restore(kept, readState)).toBe(true);
    await next.settled();
    expect(next.entries).toMatchObject([{ id: kept, place: 'disk' }]);
    expect(await readdir(crash.memory)).toEqual([]);
    await crash.remove();
  });

  it('two that take it up do not get into each other’s way', async () => {
    const left = await parked(await place.open({ maxBytes: 0 }), { tokens: [1] });
    const crash = await place.crashed();
    crash.freeDisk = 0;
    const [first, second] = [await crash.open(), await crash.open({ owner: 'there' })];
    await Promise.all([first.settled(), second.settled()]);
    expect([first.entries, second.entries]).toMatchObject([[{ place: 'memory' }], [{ place: 'memory' }]]);
    crash.freeDisk = 100 * 1024 ** 3;
    await first.persist();
    await second.persist();
    for (const store of [first, second]) {
      expect(store.entries).toMatchObject([{ id: left, place: 'disk' }]);
      expect(await store.restore(left, readState)).toBe(true);
    }
    expect(await crash.files()).toEqual([`${left}.head`, `${left}.state`]);
    await crash.remove();
  });

  it('memory is given back also where another model is loaded', async () => {
    await park(await place.open({ maxBytes: 0 }), { tokens: [1] });
    const other = { ...identity, settings: 'other' };
    const [withDisk, without] = [await place.crashed(), await place.crashed()];
    await (await withDisk.open({ identity: other })).settled();
    await (await without.open({ identity: other, maxBytes: 0 })).settled();
    expect([await readdir(withDisk.memory), await readdir(without.memory)]).toEqual([[], []]);
    expect(tokensOf(await withDisk.open())).toEqual([[1]]);
    await withDisk.remove();
    await without.remove();
  });

  it('leftovers of the dead are swept, and what the living write is not', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      const alive = `${String(other.pid)}-12345678`;
      const kept = [
        `${id}.state.${alive}.tmp`,
        `${id}.head.${thisWriter}.tmp`,
        // Its header is about to get its final name.
        `${id}.state`,
        'something else.tmp',
      ];
      const swept = [
        `${id}.state.${deadWriter}.tmp`,
        `${id}.head.${deadWriter}.tmp`,
        // An earlier process that had this one's id.
        `${id}.state.${String(process.pid)}-00000000.tmp`,
        `${'b'.repeat(32)}.state`,
      ];
      for (const folder of [place.disk, place.memory]) {
        await mkdir(folder);
        for (const name of [...kept, ...swept]) await writeFile(join(folder, name), 'x');
      }
      const store = await place.open();
      expect(store.entries).toEqual([]);
      for (const folder of [place.disk, place.memory]) expect((await readdir(folder)).sort()).toEqual([...kept].sort());
    } finally {
      other.kill();
    }
  });
});

describe('two processes that live', () => {
  it('may read each other’s lanes, and leave them where they are', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      await writeSnapshot(place.memory, `${String(other.pid)}-12345678`, [1]);
      const store = await place.open();
      await park(store, { tokens: [1, 2] });
      await store.persist();
      expect(store.entries).toMatchObject([
        { tokens: [1, 2], place: 'disk' },
        { tokens: [1], place: 'memory' },
      ]);
      expect(await store.restore(id, readState)).toBe(true);
      await store.dispose();
      expect((await readdir(place.memory)).sort()).toEqual([`${id}.head`, `${id}.state`]);
    } finally {
      other.kill();
    }
  });

  it('find a lane that the other moved to disk since', async () => {
    const writer = await place.open();
    place.freeDisk = 0;
    const moved = await parked(writer, { tokens: [1] });
    const reader = await place.open();
    expect(reader.entries).toMatchObject([{ id: moved, place: 'memory' }]);
    place.freeDisk = 100 * 1024 ** 3;
    await writer.persist();
    await expect(stat(join(place.memory, `${moved}.state`))).rejects.toThrow();
    expect(await reader.restore(moved, readState)).toBe(true);
    expect(reader.entries).toMatchObject([{ id: moved, place: 'disk' }]);
  });
});

/** A snapshot as another process would have written it. */
async function writeSnapshot(folder: string, writer: string, tokens: readonly number[]): Promise<void> {
  const state = stateOf(tokens);
  const sha256 = createHash('sha256').update(state).digest('hex');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${id}.state`), state);
  await writeFile(
    join(folder, `${id}.head`),
    sealHeader({ id, ...identity, owner: 'here', role: 'chat', tokens, bytes: state.length, sha256, writer }),
  );
}
