import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identity, parked, Place, stateOf, tokensOf, writing } from './snapshotFixtures';

let place: Place;

beforeEach(async () => {
  place = await Place.make();
});

afterEach(async () => {
  await place.remove();
});

describe('what a parked lane is about', () => {
  it('is known in the next process, and is no part of any name', async () => {
    const store = await place.open();
    await store.save({ role: 'chat', subject: 'my-secret', tokens: [1], expectedBytes: 9 }, writing(stateOf([1])));
    await store.settled();
    expect((await place.files()).join()).not.toContain('my-secret');
    expect((await place.open()).entries).toMatchObject([{ subject: 'my-secret', tokens: [1] }]);
  });

  it('may be unknown', async () => {
    await parked(await place.open(), { tokens: [1] });
    const [entry] = (await place.open()).entries;
    expect(entry?.subject).toBeUndefined();
  });
});

describe('clearing', () => {
  it('removes what is this owner’s, of whatever model, and nothing of others', async () => {
    const other = await place.open({ owner: 'there' });
    await parked(other, { tokens: [9], bytes: 70 });
    const otherModel = await place.open({ identity: { ...identity, fingerprint: 'other' } });
    await parked(otherModel, { tokens: [2], bytes: 300 });
    const store = await place.open();
    await parked(store, { tokens: [1], bytes: 100 });
    expect(await store.clear()).toEqual({ parked: 2, bytes: 400 });
    expect(tokensOf(store)).toEqual([[9]]);
    expect(await place.files()).toHaveLength(2);
    expect(tokensOf(await place.open())).toEqual([[9]]);
  });

  it('waits for nothing that is still to be moved to disk, and none of it comes back', async () => {
    const store = await place.open();
    await store.save({ role: 'chat', tokens: [1], expectedBytes: 9 }, writing(stateOf([1])));
    expect(await store.clear()).toMatchObject({ parked: 1 });
    await store.settled();
    expect(store.entries).toEqual([]);
    expect(await place.files()).toEqual([]);
  });
});
