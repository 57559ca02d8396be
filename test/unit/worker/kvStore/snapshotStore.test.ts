import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identity, park, parked, Place, readState, stateOf, tokensOf, writing } from './snapshotFixtures';

let place: Place;

beforeEach(async () => {
  place = await Place.make();
});

afterEach(async () => {
  await place.remove();
});

describe('a parked lane', () => {
  it.each([{ memory: true }, { memory: false }])('comes back in this process and the next (memory: $memory)', async ({ memory }) => {
    const options = memory ? {} : { memoryFolder: false as const };
    const store = await place.open(options);
    const id = await parked(store, { tokens: [1, 2, 3], bytes: 5000, role: 'completion' });
    expect(store.entries).toEqual([
      { id, role: 'completion', tokens: [1, 2, 3], bytes: 5000, owner: 'here', place: 'disk', lastUsed: expect.any(Number) as number },
    ]);
    expect(await store.restore(id, readState)).toBe(true);
    await store.dispose();
    expect(await store.restore(id, readState)).toBe(false);

    const next = await place.open(options);
    expect(tokensOf(next)).toEqual([[1, 2, 3]]);
    expect(await next.restore(id, readState)).toBe(true);
    expect(await place.files()).toEqual([`${id}.head`, `${id}.state`]);
  });

  it('can be restored as soon as it is written', async () => {
    const store = await place.open();
    const facts = await store.save({ role: 'chat', tokens: [1], expectedBytes: 9 }, writing(stateOf([1])));
    expect(facts).toMatchObject({ place: 'memory', bytes: 4 });
    expect(await store.restore(facts?.id ?? '', readState)).toBe(true);
    await store.settled();
    expect(store.entries).toMatchObject([{ id: facts?.id, place: 'disk' }]);
  });

  it('is not moved while it is being read', async () => {
    const store = await place.open();
    place.freeDisk = 0;
    const id = await parked(store, { tokens: [1] });
    place.freeDisk = 100 * 1024 ** 3;
    let moving: Promise<void> | undefined;
    const restored = await store.restore(id, async (path) => {
      moving = store.persist();
      // The copy is on disk: what is left of the move would be done in far fewer turns than these.
      while ((await readdir(place.disk)).length === 0);
      for (let look = 0; look < 200; look++) await stat(path);
      return readState(path);
    });
    expect([restored, store.entries[0]?.place]).toEqual([true, 'memory']);
    await moving;
    expect(store.entries[0]?.place).toBe('disk');
  });

  it('is for its user alone, and its files do not tell what it holds', async () => {
    await mkdir(place.disk, { mode: 0o755 });
    await mkdir(place.memory, { mode: 0o755 });
    await chmod(place.memory, 0o755);
    const store = await place.open({ owner: 'secret' });
    const modes: number[] = [];
    await store.save({ role: 'chat', tokens: [4711], expectedBytes: 9 }, async (path) => {
      modes.push((await stat(path)).mode & 0o777);
      return writing('x')(path);
    });
    await store.settled();
    const files = await place.files();
    expect(files.join()).not.toMatch(/secret|4711/);
    for (const name of files) modes.push((await stat(join(place.disk, name))).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600]);
    for (const folder of [place.disk, place.memory]) expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });
});

describe('which parked lanes are there', () => {
  it('only those of this model and these settings', async () => {
    const one = await place.open();
    await park(one, { tokens: [1] });
    const other = await place.open({ identity: { ...identity, settings: 'other' } });
    await park(other, { tokens: [2] });
    const third = await place.open({ identity: { ...identity, fingerprint: 'other' } });
    expect([tokensOf(one), tokensOf(other), tokensOf(third)]).toEqual([[[1]], [[2]], []]);
    expect(tokensOf(await place.open())).toEqual([[1]]);
  });

  it("this owner's first, then the most recently used first, in the next process too", async () => {
    const there = await place.open({ owner: 'there' });
    await park(there, { tokens: [1] });
    const here = await place.open();
    const first = await parked(here, { tokens: [2] });
    await park(here, { tokens: [3] });
    await park(there, { tokens: [4] });
    expect(tokensOf(await place.open())).toEqual([[3], [2], [4], [1]]);
    here.touch(first);
    expect(tokensOf(here)).toEqual([[2], [3], [1]]);
    await here.settled();
    expect(tokensOf(await place.open())).toEqual([[2], [3], [4], [1]]);
  });

  it('not one of which a newer one has every token', async () => {
    const there = await place.open({ owner: 'there' });
    await park(there, { tokens: [1, 2] });
    const store = await place.open();
    await park(store, { tokens: [1, 2] });
    await park(store, { tokens: [1, 2, 3], role: 'completion' });
    await park(store, { tokens: [1, 2, 4] });
    await park(store, { tokens: [1, 2, 4] });
    await park(store, { tokens: [1] });
    expect(tokensOf(store)).toEqual([[1], [1, 2, 4], [1, 2, 3], [1, 2]]);
    expect(await place.files()).toHaveLength(8);
  });

  it('not the one that was to be replaced, but only once the newer one is there', async () => {
    const store = await place.open();
    const old = await parked(store, { tokens: [1, 2, 3] });
    const failed = await store.save({ role: 'chat', tokens: [1, 2, 9], expectedBytes: 9, replaces: old }, () =>
      Promise.reject(new Error('no')),
    );
    await store.settled();
    expect([failed, tokensOf(store)]).toEqual([undefined, [[1, 2, 3]]]);
    await park(store, { tokens: [1, 2, 9], replaces: old });
    expect(tokensOf(store)).toEqual([[1, 2, 9]]);
  });

  it('not one that was removed, even while it is on its way', async () => {
    const store = await place.open();
    const facts = await store.save({ role: 'chat', tokens: [1], expectedBytes: 9 }, writing('x'));
    await store.remove(facts?.id ?? '');
    await store.settled();
    expect([store.entries, await place.files()]).toEqual([[], []]);
  });
});

describe('a damaged one', () => {
  const damages: readonly (readonly [string, (head: string, state: string) => Promise<void>])[] = [
    ['state cut short', async (_, state) => writeFile(state, (await readFile(state)).subarray(0, -1))],
    ['state that is empty', (_, state) => writeFile(state, '')],
    ['state that is missing', (_, state) => rm(state)],
    ['header cut short', async (head) => writeFile(head, (await readFile(head)).subarray(0, -1))],
    ['header that is empty', (head) => writeFile(head, '')],
    ['header of garbage', (head) => writeFile(head, '\0{]'.repeat(1000))],
    ['header with a right checksum over garbage', (head) => writeHeader(head, () => '{"version":1')],
    ['header of another version', (head) => writeHeader(head, (body) => body.replace('"version":1', '"version":2'))],
    [
      'header of another id',
      (head) => writeHeader(head, (body) => body.replace(/"id":"(.)/, (_, first) => `"id":"${first === '0' ? '1' : '0'}`)),
    ],
    ['header with a size out of this world', (head) => writeHeader(head, (body) => body.replace(/"bytes":\d+/, '"bytes":1e300'))],
    ['header with a size below nothing', (head) => writeHeader(head, (body) => body.replace(/"bytes":\d+/, '"bytes":-1'))],
    ['header with tokens that are none', (head) => writeHeader(head, (body) => body.replace('[1,2]', '[1,-2]'))],
    ['header with tokens out of range', (head) => writeHeader(head, (body) => body.replace('[1,2]', '[1,4294967296]'))],
    ['header without tokens', (head) => writeHeader(head, (body) => body.replace('[1,2]', '[]'))],
    ['header of another shape', (head) => writeHeader(head, () => 'null')],
  ];

  it.each(damages)('is not taken up: %s', async (_, damage) => {
    const store = await place.open();
    const id = await parked(store, { tokens: [1, 2] });
    await park(store, { tokens: [3] });
    await damage(join(place.disk, `${id}.head`), join(place.disk, `${id}.state`));
    const next = await place.open();
    expect(tokensOf(next)).toEqual([[3]]);
    expect((await place.files()).filter((name) => name.startsWith(id))).toEqual([]);
    // The process that wrote it goes by what the state is like now.
    expect(await store.restore(id, readState)).toBe(false);
  });

  it('is refused whichever bit is flipped, of the header or the state', async () => {
    const store = await place.open();
    const flip = fc.record({ part: fc.constantFrom('head', 'state'), at: fc.double({ min: 0, max: 0.999, noNaN: true }), bit: fc.nat(7) });
    await fc.assert(
      fc.asyncProperty(flip, async ({ part, at, bit }) => {
        const id = await parked(store, { tokens: [1, 2] });
        const path = join(place.disk, `${id}.${part}`);
        const bytes = await readFile(path);
        const index = Math.floor(at * bytes.length);
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
        await writeFile(path, bytes);
        const next = await place.open();
        await next.verify([id]);
        expect([next.entries, await place.files()]).toEqual([[], []]);
        expect(await next.restore(id, readState)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it("is refused when two states have each other's name", async () => {
    const store = await place.open();
    const [a, b] = [await parked(store, { tokens: [1, 2] }), await parked(store, { tokens: [2, 1] })];
    const [stateA, stateB] = [join(place.disk, `${a}.state`), join(place.disk, `${b}.state`)];
    await rename(stateA, join(place.root, 'c'));
    await rename(stateB, stateA);
    await rename(join(place.root, 'c'), stateB);
    let reads = 0;
    const read = (): Promise<readonly number[]> => Promise.resolve([reads++]);
    for (const each of [await place.open(), store]) {
      expect(await each.restore(a, read)).toBe(false);
      expect(await each.restore(b, read)).toBe(false);
    }
    expect([reads, await place.files()]).toEqual([0, []]);
  });

  it.each([
    ['holds other tokens', () => Promise.resolve([1, 3])],
    ['holds fewer tokens', () => Promise.resolve([1])],
    ['cannot be read', () => Promise.reject(new Error('bad state'))],
  ])('is removed when it %s', async (_, read) => {
    const store = await place.open();
    const id = await parked(store, { tokens: [1, 2] });
    expect(await store.restore(id, read)).toBe(false);
    expect([store.entries, await place.files()]).toEqual([[], []]);
    expect(place.lines.join()).toContain('could not be restored');
  });

  it('is a normal case when it vanished', async () => {
    const store = await place.open();
    const other = await place.open();
    const id = await parked(store, { tokens: [1, 2] });
    const another = await place.open();
    await another.remove(id);
    expect(await store.restore(id, readState)).toBe(false);
    expect(await other.restore('nothing', readState)).toBe(false);
    await other.remove('nothing');
    other.touch('nothing');
    await store.verify([id, 'nothing']);
    expect(store.entries).toEqual([]);
  });
});

describe('what cannot be kept', () => {
  it.each([{ memory: true }, { memory: false }])('leaves nothing when writing it fails (memory: $memory)', async ({ memory }) => {
    const store = await place.open(memory ? {} : { memoryFolder: false });
    const lane = { role: 'chat', tokens: [1], expectedBytes: 9 } as const;
    const half = async (path: string): Promise<never> => {
      await writeFile(path, 'half of it');
      throw new Error('disk full\nand more');
    };
    expect(await store.save(lane, half)).toBeUndefined();
    expect(await store.save(lane, (path) => rm(path).then(() => 1))).toBeUndefined();
    expect(await store.save(lane, () => Promise.resolve(0))).toBeUndefined();
    expect(await store.save(lane, (path) => writeFile(path, 'part of it').then(() => 11))).toBeUndefined();
    expect([store.entries, await place.files()]).toEqual([[], []]);
    expect(place.lines[0]).toBe('warn: a lane of 1 tokens could not be parked: disk full');
  });

  it('is not begun on a disk that is nearly full, and stays in memory where there is one', async () => {
    const store = await place.open();
    place.freeDisk = 5 * 1024 ** 3 - 1;
    await park(store, { tokens: [1] });
    expect(store.entries).toMatchObject([{ place: 'memory' }]);
    let written = false;
    const without = await place.open({ memoryFolder: false });
    const kept = await without.save({ role: 'chat', tokens: [2], expectedBytes: 9 }, () => {
      written = true;
      return Promise.resolve(1);
    });
    expect([kept, written]).toEqual([undefined, false]);
    place.freeDisk *= 2;
    await store.persist();
    expect(store.entries).toMatchObject([{ place: 'disk' }]);
  });

  it('goes to disk at once when memory is short', async () => {
    const store = await place.open();
    place.availableMemory = 199;
    expect(await park(store, { tokens: [1], bytes: 100 })).toMatchObject({ place: 'disk' });
    place.availableMemory = 200;
    expect(await park(store, { tokens: [2], bytes: 100 })).toMatchObject({ place: 'memory' });
  });

  it('is in memory alone where nothing may be on disk, and gone with the store', async () => {
    await park(await place.open(), { tokens: [9] });
    const store = await place.open({ maxBytes: 0 });
    const id = await parked(store, { tokens: [1] });
    expect(store.entries).toMatchObject([{ id, place: 'memory' }]);
    expect(await store.restore(id, readState)).toBe(true);
    expect(await place.files()).toEqual([`${id}.head`, `${id}.state`]);
    await store.dispose();
    expect(await place.files()).toEqual([]);
    const neither = await place.open({ maxBytes: 0, memoryFolder: false });
    expect(await park(neither, { tokens: [1] })).toBeUndefined();
  });

  it('makes way in memory for what is newer', async () => {
    const store = await place.open({ maxBytes: 0 });
    await park(store, { tokens: [1], bytes: 1000 });
    await park(store, { tokens: [2], bytes: 1000 });
    place.availableMemory = 500;
    await park(store, { tokens: [3], bytes: 1000 });
    expect(tokensOf(store)).toEqual([[3]]);
    expect(await park(store, { tokens: [4], bytes: 10_000 })).toBeUndefined();
    expect(tokensOf(store)).toEqual([[3]]);
  });

  it('does not go into a folder that is not one, or is somebody else’s to choose', async () => {
    await writeFile(place.disk, 'a file');
    await mkdir(join(place.root, 'elsewhere'));
    await symlink(join(place.root, 'elsewhere'), place.memory, 'dir');
    const store = await place.open();
    expect(await park(store, { tokens: [1] })).toBeUndefined();
    expect(place.lines.slice(0, 2).join()).toMatch(/no lanes are parked on disk.*no lanes are parked in memory.*is not a folder/);
  });
});

describe('the cap', () => {
  it('takes the least recently used, never the newest, and is never exceeded', async () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('save' as const), size: fc.integer({ min: 1000, max: 5000 }), other: fc.boolean() }),
      fc.record({ kind: fc.constant('touch' as const), index: fc.nat(5) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 4, maxLength: 9 }), fc.boolean(), async (actions, memory) => {
        const own = await Place.make();
        const options = { maxBytes: 10_000, ...(memory ? {} : { memoryFolder: false as const }) };
        const stores = [await own.open(options), await own.open({ ...options, identity: { ...identity, settings: 'other' } })] as const;
        /** Least recently used first. */
        let model: { id: string; bytes: number }[] = [];
        for (const [token, each] of actions.entries()) {
          if (each.kind === 'touch') {
            const used = model[each.index];
            if (used === undefined) continue;
            for (const store of stores) store.touch(used.id);
            model = [...model.filter((one) => one !== used), used];
          } else {
            const id = await parked(stores[each.other ? 1 : 0], { tokens: [token], bytes: each.size });
            model.push({ id, bytes: await sizeOf(own, id) });
          }
          for (const store of stores) await store.settled();
          const files = await own.files();
          model = model.filter(({ id }, index) => files.includes(`${id}.head`) || isNeeded(model, index, memory ? 0 : 1100));
          expect([...files].sort()).toEqual(model.flatMap(({ id }) => [`${id}.head`, `${id}.state`]).sort());
          expect(model.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(10_000);
        }
        await own.remove();
      }),
      { numRuns: 12 },
    );
  });

  it('is kept to when it was lowered, and by all processes together', async () => {
    const store = await place.open();
    for (const token of [1, 2, 3]) await park(store, { tokens: [token], bytes: 2000 });
    const other = await place.open({ maxBytes: 5500, owner: 'there' });
    expect(tokensOf(other)).toEqual([[3], [2]]);
    await park(other, { tokens: [4], bytes: 2000 });
    expect(tokensOf(await place.open())).toEqual([[3], [4]]);
  });

  it('costs nothing else when one is too large for it', async () => {
    const store = await place.open({ maxBytes: 5000, memoryFolder: false });
    await park(store, { tokens: [1], bytes: 2000 });
    expect(await park(store, { tokens: [2], bytes: 6000 })).toBeUndefined();
    const larger = await store.save({ role: 'chat', tokens: [3], expectedBytes: 100 }, writing(stateOf([3], 6000)));
    expect(larger).toBeDefined();
    await store.settled();
    expect(tokensOf(store)).toEqual([[1]]);
    expect(await place.files()).toHaveLength(2);
  });
});

async function sizeOf({ disk }: Place, id: string): Promise<number> {
  const sizes = await Promise.all(['head', 'state'].map(async (part) => (await stat(join(disk, `${id}.${part}`))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Whether an entry had to stay: with it and everything used after it, the cap still holds.
 * @param slack what a header may take that is not written yet
 */
function isNeeded(model: readonly { readonly bytes: number }[], index: number, slack: number): boolean {
  return index === model.length - 1 || model.slice(index).reduce((sum, { bytes }) => sum + bytes, slack) <= 10_000;
}

/** Changes the body of a header and gives it the checksum that goes with it. */
async function writeHeader(path: string, change: (body: string) => string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const body = change(text.slice(text.indexOf('\n') + 1));
  await writeFile(path, `${createHash('sha256').update(body).digest('hex')}\n${body}`);
}
