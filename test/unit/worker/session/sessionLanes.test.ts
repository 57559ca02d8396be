import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerTo } from '../../../fixtures/engine/fakeContext';
import { expectAtRest, FakePlace, long, never, spec, start } from '../../../fixtures/engine/sessionFixtures';

describe('lanes', () => {
  it('are forked where two prompts begin alike, so that both keep what they have', async () => {
    const { session } = start();
    const shared = long(200);
    await session.run(spec([...shared, ...long(60, 1)]), never);
    const other = await session.run(spec([...shared, ...long(60, 2)]), never);
    expect(other.metrics).toMatchObject({ reusedTokens: 200, evaluatedTokens: 60 });
    expect(other.tokens).toEqual(answerTo([...shared, ...long(60, 2)], 8));
    const again = await session.run(spec([...shared, ...long(60, 1), 5]), never);
    expect(again.metrics.evaluatedTokens).toBe(1);
    expect(session.totals.copiedTokens).toBeGreaterThanOrEqual(200);
  });

  it('leave one to ghost text, whatever is asked of the chat', async () => {
    const { session, context } = start(3);
    const chats = [1, 2, 3, 4].map((seed) => session.run(spec(long(600, seed)), never));
    let ghostDone = 0;
    const ghost = session.run(spec(long(20, 3), { priority: 'interactive' }), never).then((result) => {
      ghostDone = context.steps.length;
      return result;
    });
    await Promise.all(chats);
    expect((await ghost).tokens).toEqual(answerTo(long(20, 3), 8));
    expect(ghostDone).toBeLessThan(context.steps.length / 2);
  });
});

describe('drafts', () => {
  const quoting = { drafts: true, maxTokens: 30 };

  it('change no token of an answer, and what is refuted leaves the lane', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 3, max: 5 }), { minLength: 1, maxLength: 60 }), async (tokens) => {
        const { session, context } = start();
        const result = await session.run(spec(tokens, quoting), never);
        expect(result.tokens).toEqual(answerTo(tokens, 30));
        expectAtRest(session, context);
        const { draftedTokens, confirmedTokens } = result.metrics;
        expect(confirmedTokens).toBeLessThanOrEqual(draftedTokens);
        expect(session.totals.refutedTokens).toBe(draftedTokens - confirmedTokens);
      }),
    );
  });

  it('save steps where an answer repeats its prompt', async () => {
    // The model is one that counts: what follows a token stood behind it before.
    const counting = Array.from({ length: 60 }, (_, index) => 3 + (index % 20));
    const { session, context } = start();
    for (const sequence of context.sequences) sequence.next = (tokens) => 3 + (((tokens.at(-1) ?? 0) - 2) % 20);
    const result = await session.run(spec(counting, quoting), never);
    expect(result.tokens).toEqual(Array.from({ length: 30 }, (_, index) => 3 + (index % 20)));
    expect(result.metrics.confirmedTokens).toBeGreaterThan(10);
    expect(context.steps.length).toBeLessThan(20);
    expectAtRest(session, context);
  });
});

describe('parked lanes', () => {
  it('come back into a new session, which evaluates nothing of them again', async () => {
    const place = new FakePlace();
    const first = start(3, 4096, { place });
    await first.session.run(spec(long(500)), never);
    expect(await first.session.park()).toBe(1);
    const second = start(3, 4096, { place });
    expect(await second.session.takeUp(1000)).toBe(first.session.lanes.find(({ tokens }) => tokens.length > 0)?.tokens.length);
    const again = await second.session.run(spec([...long(500), 5]), never);
    expect(again.metrics).toMatchObject({ reusedTokens: 500, evaluatedTokens: 1 });
    expect(again.tokens).toEqual(answerTo([...long(500), 5], 8));
    expectAtRest(second.session, second.context);
  });

  it('are kept when a lane is taken for something else, and fetched when they are asked for', async () => {
    const place = new FakePlace();
    const { session, context } = start(2, 4096, { place });
    const prompts = [long(800, 1), long(800, 2), long(800, 3)];
    for (const prompt of prompts) await session.run(spec(prompt), never);
    for (const prompt of prompts) {
      const again = await session.run(spec([...prompt, 5]), never);
      expect(again.metrics.evaluatedTokens).toBe(1);
      expect(again.tokens).toEqual(answerTo([...prompt, 5], 8));
    }
    expect(session.totals.parkedTokens).toBeGreaterThan(0);
    expect(session.totals.restoredTokens).toBeGreaterThan(0);
    expectAtRest(session, context);
  });

  it('that cannot be restored cost an evaluation and nothing else', async () => {
    const place = new FakePlace();
    const first = start(3, 4096, { place });
    await first.session.run(spec(long(500)), never);
    await first.session.park();
    place.isBroken = true;
    const second = start(3, 4096, { place });
    expect(await second.session.takeUp(1000)).toBe(0);
    const again = await second.session.run(spec(long(500)), never);
    expect(again.metrics.evaluatedTokens).toBe(500);
    expect(again.tokens).toEqual(answerTo(long(500), 8));
    expectAtRest(second.session, second.context);
  });

  it('are written at the end, after every job was settled', async () => {
    const place = new FakePlace();
    const { session } = start(3, 4096, { place });
    const job = session.run(spec(long(3000)), never);
    await session.close(1000);
    expect((await job).stop).toBe('cancelled');
    expect(place.isDisposed).toBe(true);
  });
});
