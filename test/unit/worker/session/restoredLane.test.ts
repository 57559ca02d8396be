import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Session } from '../../../../src/worker/session/session';
import type { Lane } from '../../../../src/worker/session/lane';
import { FakeContext, fakeModel } from '../../../fixtures/engine/fakeContext';
import { long } from '../../../fixtures/engine/sessionFixtures';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paddock-restored-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Two lanes, of which the first was restored with so many tokens. */
async function restored(tokens: number, slidingWindow: number | undefined): Promise<readonly [Lane, Lane]> {
  const lanes = Session.lanesOf({ ...fakeModel(new FakeContext(2, 4096)), slidingWindow });
  const [lane, other] = lanes;
  if (!lane || !other) throw new Error('a context without lanes');
  const path = join(folder, 'state');
  await lane.evaluate(long(tokens), []);
  await lane.save(path);
  await lane.load(path);
  return [lane, other];
}

describe('a lane that was restored', () => {
  it('goes on at its end and one token before it', async () => {
    const [lane] = await restored(600, 512);
    await lane.truncate(599);
    expect(lane.tokens).toHaveLength(599);
    await lane.evaluate([7, 8, 9], []);
    await lane.truncate(600);
    expect(lane.tokens).toHaveLength(600);
  });

  it('is emptied where it would be cut back further than its snapshot has cells for', async () => {
    const [lane] = await restored(600, 512);
    await lane.evaluate([7, 8, 9], []);
    await lane.truncate(598);
    expect(lane.tokens).toEqual([]);
    // What is evaluated from now on has every cell.
    await lane.evaluate(long(600), []);
    await lane.truncate(100);
    expect(lane.tokens).toHaveLength(100);
  });

  it('is copied no shorter than it can be cut back to, and its copy cannot be cut back further', async () => {
    const [lane, copy] = await restored(600, 512);
    await copy.copyFrom(lane, 300);
    expect(copy.tokens).toEqual([]);
    await copy.copyFrom(lane, 599);
    expect(copy.tokens).toHaveLength(599);
    await copy.truncate(300);
    expect(copy.tokens).toEqual([]);
  });

  it.each([
    [600, 0],
    [512, 512],
  ])('is cut back anywhere where its snapshot of %i tokens has every cell of a window of %i', async (tokens, slidingWindow) => {
    const [lane] = await restored(tokens, slidingWindow);
    await lane.truncate(100);
    expect(lane.tokens).toHaveLength(100);
  });

  it('is not cut back where the window is not known', async () => {
    const [lane] = await restored(20, undefined);
    await lane.truncate(18);
    expect(lane.tokens).toEqual([]);
  });
});
