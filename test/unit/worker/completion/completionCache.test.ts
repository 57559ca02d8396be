import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompletionCache } from '../../../../src/worker/completion/completionCache';
import type { JobResult, JobSpec, Ranking } from '../../../../src/worker/session/job';
import { dueAfter, Vocabulary } from '../../../../src/worker/model/vocabulary';
import type { FakeContext } from '../../../fixtures/engine/fakeContext';
import { answerTo, nextToken } from '../../../fixtures/engine/fakeContext';
import { long, never, spec, start } from '../../../fixtures/engine/sessionFixtures';

function begin(): { ask: (job: JobSpec, signal?: AbortSignal) => Promise<JobResult>; context: FakeContext } {
  const { session, context } = start();
  const memo = new CompletionCache();
  return { context, ask: (job, signal = never) => memo.run(session, { ...job, priority: 'interactive', role: 'completion' }, signal) };
}

describe('CompletionCache', () => {
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

  it('remembers nothing that another beginning would have made otherwise', async () => {
    const request = fc.record({
      prompt: fc.array(fc.nat(2), { maxLength: 3 }),
      text: fc.constantFrom('', 'a', 'ab', 'aba', 'b', 'ba'),
      maxTokens: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 2, maxLength: 8 }), async (requests) => {
        const memo = new CompletionCache();
        for (const { prompt, text, maxTokens } of requests) {
          const job = spec(prompt, { maxTokens, ...(text === '' ? {} : { begin: { text, vocabulary: syllables } }) });
          expect((await memo.run(choosy, job, never)).tokens).toEqual((await choosy.run(job)).tokens);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('goes on from an answer that began as it has to', async () => {
    const memo = new CompletionCache();
    const free = await memo.run(choosy, spec([1, 2], { maxTokens: 4 }), never);
    const text = syllables.textOf(free.tokens[0] ?? 0);
    let asked = 0;
    const counted = { run: (job: JobSpec) => ((asked += 1), choosy.run(job)) };
    const begun = await memo.run(counted, spec([1, 2], { maxTokens: 4, begin: { text, vocabulary: syllables } }), never);
    expect(begun.tokens).toEqual(free.tokens);
    expect(asked).toBe(0);
  });
});

describe('the first token of a word that is typed on', () => {
  const ranking: Ranking = [
    [4, 5],
    [1, 3],
    [2, 2],
    [5, 1],
  ];
  const asked: JobSpec[] = [];
  const session = {
    run: (job: JobSpec): Promise<JobResult> => {
      asked.push(job);
      return Promise.resolve({ tokens: [4], confidences: [0.7], ranking, stop: 'maxTokens', laneTokens: 0, metrics });
    },
  };
  const job = (text: string): JobSpec => spec([1, 2], { maxTokens: 4, begin: { text, vocabulary: syllables } });

  it('is the likeliest of those that were considered and go with it', async () => {
    const memo = new CompletionCache();
    await memo.run(session, spec([1, 2], { maxTokens: 1 }), never);
    const told: (readonly [number, number | undefined])[] = [];
    const onToken = (token: number, confidence: number | undefined) => {
      told.push([token, confidence]);
      return 'continue' as const;
    };
    // 'ab' and 'aba' go with it, not 'c' and 'b'.
    await memo.run(session, { ...job('ab'), onToken }, never);
    expect(told).toEqual([[2, expect.closeTo(1 / (1 + Math.exp(-1)))]]);
    expect(asked.at(-1)).toMatchObject({ prompt: [1, 2, 2], maxTokens: 3, begin: { text: '' } });
  });

  it('is as likely as it is among those that still go with it', async () => {
    const memo = new CompletionCache();
    await memo.run(session, spec([1, 2], { maxTokens: 1 }), never);
    let confidence: number | undefined;
    const onToken = (_: number, own: number | undefined) => {
      confidence = own;
      return 'rule' as const;
    };
    // The same token as before, of which the model was less sure then.
    expect((await memo.run(session, { ...job('c'), onToken }, never)).tokens).toEqual([4]);
    expect(confidence).toBe(1);
  });

  it('is asked for where none of those considered goes with it, or the prompt is another', async () => {
    const memo = new CompletionCache();
    await memo.run(session, spec([1, 2], { maxTokens: 1 }), never);
    await memo.run(session, job('bb'), never);
    expect(asked.at(-1)).toMatchObject({ prompt: [1, 2, 1], begin: { text: 'b' } });
    await memo.run(session, { ...job('ab'), prompt: [2, 2] }, never);
    expect(asked.at(-1)).toMatchObject({ prompt: [2, 2], maxTokens: 4 });
    await memo.run(session, job('x'), never);
    expect(asked.at(-1)).toMatchObject({ prompt: [1, 2], maxTokens: 4 });
  });

  it('is asked for where it was considered under another beginning', async () => {
    const memo = new CompletionCache();
    await memo.run(session, job('c'), never);
    await memo.run(session, job('ab'), never);
    expect(asked.at(-1)).toMatchObject({ prompt: [1, 2], maxTokens: 4 });
  });
});

const pieces = ['a', 'b', 'ab', 'ba', 'c', 'aba'];
const syllables = new Vocabulary(() => new Map(pieces.entries()));

/** A model that likes some tokens better than others, after all that came before, and chooses among those it may. */
const choosy = {
  run: (job: JobSpec): Promise<JobResult> => {
    const tokens: number[] = [];
    let ranking: Ranking | undefined;
    while (tokens.length < job.maxTokens) {
      const due = job.begin ? dueAfter(job.begin, tokens) : '';
      const may = due === undefined || due === '' ? pieces.map((_, token) => token) : syllables.beginning(due);
      const liking = (token: number): number => nextToken([...job.prompt, ...tokens, token]);
      const liked = [...may].sort((a, b) => liking(b) - liking(a) || a - b);
      // Not all of them, as the session does.
      ranking ??= liked.slice(0, 3).map((token) => [token, liking(token)] as const);
      tokens.push(liked[0] ?? 0);
    }
    return Promise.resolve({ tokens, confidences: tokens.map(() => 1), ranking, stop: 'maxTokens', laneTokens: 0, metrics });
  },
};

const metrics = {
  promptTokens: 0,
  reusedTokens: 0,
  evaluatedTokens: 0,
  generatedTokens: 0,
  draftedTokens: 0,
  confirmedTokens: 0,
  firstTokenMilliseconds: 0,
  tokensPerSecond: 0,
  totalMilliseconds: 0,
};
