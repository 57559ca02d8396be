import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Lane } from '../../src/worker/session/lane';
import { loadModel, type LoadedModel } from '../../src/worker/model/loadModel';
import { Session } from '../../src/worker/session/session';
import { SnapshotStore } from '../../src/worker/kvStore/snapshotStore';
import { tinyModelPath } from '../fixtures/models/llama';

const prompt = Array.from({ length: 150 }, (_, index) => 3 + ((index * 7) % 90));
const greedy = { temperature: 0, topP: 1, topK: 1, seed: 0 };
const ignore = (): void => undefined;

/** What the model says after a lane's tokens, one token a step, as in every lane it is compared with. */
async function continued(lane: Lane, from: number): Promise<readonly number[]> {
  const tokens: number[] = [];
  let last = from;
  while (tokens.length < 8) {
    const [next] = await lane.evaluate([last], [{ sampling: greedy, punished: [] }]);
    last = next?.token ?? 0;
    tokens.push(last);
  }
  return tokens;
}

describe('a lane of the real library', () => {
  let loaded: LoadedModel;
  let lanes: readonly Lane[];
  let folder: string;
  let expected: readonly number[];

  const lane = (index: number): Lane => {
    const one = lanes[index];
    if (!one) throw new Error(`no lane ${String(index)}`);
    return one;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paddock-lane-'));
    loaded = await loadModel({ path: await tinyModelPath(), contextTokens: 512, gpu: 'off', threads: 1 }, ignore, ignore);
    lanes = Session.lanesOf(loaded);
    await lane(0).evaluate(prompt, []);
    expected = await continued(lane(0), 5);
    await lane(0).truncate(prompt.length);
  });

  afterAll(async () => {
    await loaded.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('says the same after it was cut back', async () => {
    expect(await continued(lane(0), 5)).toEqual(expected);
    await lane(0).truncate(prompt.length);
  });

  it('is copied as far as asked, and both go on as one did', async () => {
    await lane(0).evaluate([9, 9, 9], []);
    await lane(1).copyFrom(lane(0), prompt.length);
    expect(lane(1).tokens).toEqual(prompt);
    expect(lane(1).canBeParked).toBe(false);
    expect(await continued(lane(1), 5)).toEqual(expected);
    await lane(0).truncate(prompt.length);
    expect(await continued(lane(0), 5)).toEqual(expected);
    await lane(0).truncate(prompt.length);
  });

  it('is parked, and taken up in another lane by another store; a flipped bit costs the state and no wrong word', async () => {
    const options = {
      folder,
      maxBytes: 1e9,
      memoryFolder: false as const,
      identity: { fingerprint: loaded.facts.fingerprint, settings: 'test' },
      owner: 'test',
      log: ignore,
    };
    const first = await SnapshotStore.open(options);
    await first.save({ role: 'chat', tokens: [...lane(0).tokens], expectedBytes: 1e6 }, (path) => lane(0).save(path));
    await first.dispose();

    const second = await SnapshotStore.open(options);
    const [entry] = second.entries;
    expect(entry?.tokens).toEqual(prompt);
    expect(await second.restore(entry?.id ?? '', (path) => lane(1).load(path))).toBe(true);
    expect(lane(1).tokens).toEqual(prompt);
    expect(await continued(lane(1), 5)).toEqual(expected);
    await second.dispose();

    for (const name of await readdir(folder, { recursive: true })) {
      const file = join(folder, name);
      const bytes = await readFile(file).catch(() => undefined);
      if (!bytes || bytes.length < 10_000) continue;
      bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 4, bytes.length >> 1);
      await writeFile(file, bytes);
    }
    const third = await SnapshotStore.open(options);
    await lane(2).clear();
    expect(await third.restore(entry?.id ?? '', (path) => lane(2).load(path))).toBe(false);
    expect(lane(2).tokens).toEqual([]);
    await third.dispose();
  });
});
