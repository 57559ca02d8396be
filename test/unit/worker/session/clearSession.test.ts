import { describe, expect, it } from 'vitest';
import { readSessionFacts } from '../../../../src/worker/session/sessionView';
import { answerTo } from '../../../fixtures/engine/fakeContext';
import { expectAtRest, FakePlace, long, never, spec, start } from '../../../fixtures/engine/sessionFixtures';

describe('clearing', () => {
  it('empties the lanes and drops what is parked, and what is asked next is evaluated anew', async () => {
    const place = new FakePlace();
    const { session, context } = start(3, 4096, { place });
    await session.run(spec(long(500)), never);
    await session.run(spec(long(80, 1), { priority: 'interactive' }), never);
    await session.park();
    const held = session.lanes.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const bytes = place.entries.reduce((sum, entry) => sum + entry.bytes, 0);
    const parked = place.entries.length;
    expect(parked).toBeGreaterThan(0);
    expect(await session.clear()).toEqual({ lanes: 2, tokens: held, parked, bytes });
    expect(place.entries).toEqual([]);
    expect(session.lanes.every(({ tokens, parkedAs }) => tokens.length === 0 && parkedAs === undefined)).toBe(true);
    expectAtRest(session, context);
    const again = await session.run(spec(long(500)), never);
    expect(again.metrics).toMatchObject({ reusedTokens: 0, evaluatedTokens: 500 });
    expect(again.tokens).toEqual(answerTo(long(500), 8));
  });

  it('takes nothing from an answer under way', async () => {
    const { session, context } = start();
    await session.run(spec(long(200, 1)), never);
    let cleared: Promise<unknown> | undefined;
    context.duringStep = () => {
      cleared ??= session.clear();
    };
    const result = await session.run(spec(long(900, 2), { maxTokens: 20 }), never);
    expect(result.tokens).toEqual(answerTo(long(900, 2), 20));
    expect(result.metrics.evaluatedTokens).toBe(900);
    expect(await cleared).toMatchObject({ lanes: 1 });
    expectAtRest(session, context);
  });

  it('ends a warm-up', async () => {
    const { session, context } = start();
    let cleared: Promise<unknown> | undefined;
    context.duringStep = () => {
      cleared ??= session.clear();
    };
    const warm = await session.run(spec(long(900), { priority: 'background', maxTokens: 0 }), never);
    expect(warm.stop).toBe('cancelled');
    await cleared;
    expect(session.lanes.every(({ tokens }) => tokens.length === 0)).toBe(true);
    expectAtRest(session, context);
  });

  it('finds nothing in a session that has done nothing', async () => {
    const { session } = start();
    expect(await session.clear()).toEqual({ lanes: 0, tokens: 0, parked: 0, bytes: 0 });
  });
});

describe('what a lane is about', () => {
  it('is what it served last, and goes with its state wherever that is kept', async () => {
    const place = new FakePlace();
    const first = start(2, 4096, { place });
    await first.session.run(spec(long(800, 1), { subject: 'one' }), never);
    await first.session.run(spec(long(300, 3), { priority: 'interactive', subject: 'src/a.ts' }), never);
    const seen = readSessionFacts(first.session, 'here');
    expect(seen.lanes.map(({ role, subject }) => [role, subject])).toContainEqual(['chat', 'one']);
    expect(seen.lanes.map(({ role, subject }) => [role, subject])).toContainEqual(['completion', 'src/a.ts']);
    // Takes the lane of the first chat, which is parked before.
    await first.session.run(spec(long(800, 2), { subject: 'two' }), never);
    const parked = readSessionFacts(first.session, 'here').parked;
    expect(parked).toMatchObject([{ role: 'chat', subject: 'one', own: true }]);
    expect(readSessionFacts(first.session, 'there').parked).toMatchObject([{ own: false }]);
    const second = start(3, 4096, { place });
    await second.session.takeUp(1000);
    expect(readSessionFacts(second.session, 'here').lanes).toContainEqual(expect.objectContaining({ role: 'chat', subject: 'one' }));
  });

  it('stays as it is when a warm-up finds that the lane has all it wants', async () => {
    const { session } = start();
    await session.run(spec(long(400), { subject: 'one' }), never);
    await session.run(spec(long(50), { priority: 'background', maxTokens: 0, subject: 'two' }), never);
    expect(session.lanes.map(({ subject }) => subject)).not.toContain('two');
  });
});
