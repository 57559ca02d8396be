import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GhostMemo } from '../../../../src/worker/engine/ghostMemo';
import type { JobResult, JobSpec } from '../../../../src/worker/engine/job';
import type { FakeContext } from '../../../fixtures/fakeContext';
import { answerTo } from '../../../fixtures/fakeContext';
import { long, never, spec, start } from '../../../fixtures/sessions';

function begin(): { ask: (job: JobSpec, signal?: AbortSignal) => Promise<JobResult>; context: FakeContext } {
  const { session, context } = start();
  const memo = new GhostMemo();
  return { context, ask: (job, signal = never) => memo.run(session, { ...job, kind: 'ghost', purpose: 'ghost' }, signal) };
}

describe('GhostMemo', () => {
  it('answers a prompt again without a step, as it was answered', async () => {
    const { ask, context } = begin();
    const first = await ask(spec(long(50)));
    const steps = context.steps.length;
    const again = await ask(spec(long(50)));
    expect(again.tokens).toEqual(first.tokens);
    expect(again.stop).toBe(first.stop);
    expect(again.metrics).toMatchObject({ evaluatedTokens: 0, reusedTokens: 50 });
    expect(context.steps).toHaveLength(steps);
  });

  it('tells the job every token, and heeds what it says to them', async () => {
    const { ask } = begin();
    await ask(spec(long(50)));
    const heard: number[] = [];
    const onToken = (token: number): 'continue' | 'rule' => {
      heard.push(token);
      return heard.length === 3 ? 'rule' : 'continue';
    };
    expect(await ask(spec(long(50), { onToken }))).toMatchObject({ stop: 'rule', tokens: answerTo(long(50), 3) });
    expect(heard).toEqual(answerTo(long(50), 3));
  });

  it('goes on where an answer was cut short', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 12 }), async (cut, whole) => {
        const { ask } = begin();
        const abort = new AbortController();
        let heard = 0;
        const onToken = (): 'continue' => {
          if (++heard === cut) abort.abort();
          return 'continue';
        };
        await ask(spec(long(30), { maxTokens: 12, onToken }), abort.signal);
        const again = await ask(spec(long(30), { maxTokens: whole }));
        expect(again.tokens).toEqual(answerTo(long(30), whole));
        const { reusedTokens, promptTokens, generatedTokens } = again.metrics;
        expect(promptTokens).toBe(30);
        expect(reusedTokens).toBeLessThanOrEqual(30);
        expect(generatedTokens).toBe(again.tokens.length);
      }),
    );
  });

  it('answers what was typed of an answer with the rest of it, evaluating nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), async (typed, whole) => {
        const { ask, context } = begin();
        const { tokens } = await ask(spec(long(30), { maxTokens: 12 }));
        const evaluated = context.steps.flat().flatMap((piece) => piece.tokens).length;
        const prompt = [...long(30), ...tokens.slice(0, typed)];
        const more = await ask(spec(prompt, { maxTokens: whole }));
        expect(more.tokens).toEqual(answerTo(prompt, whole));
        // The last token of an answer was not evaluated for it; what follows the first answer was not yet known.
        const ends = more.stop === 'end' ? 1 : 0;
        const fresh = Math.max(0, typed + more.tokens.length + ends - tokens.length);
        expect(context.steps.flat().flatMap((piece) => piece.tokens)).toHaveLength(evaluated + fresh);
        // And back: both answers together.
        expect((await ask(spec(long(30), { maxTokens: 24 }))).tokens.slice(0, typed)).toEqual(tokens.slice(0, typed));
      }),
    );
  });

  it('knows another prompt from one that begins like it', async () => {
    const { ask } = begin();
    await ask(spec(long(50)));
    expect((await ask(spec(long(51)))).tokens).toEqual(answerTo(long(51), 8));
    expect((await ask(spec(long(49)))).tokens).toEqual(answerTo(long(49), 8));
  });
});
