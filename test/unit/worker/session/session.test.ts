import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobResult } from '../../../../src/worker/session/job';
import type { JobPriority } from '../../../../src/worker/session/scheduler';
import { Session } from '../../../../src/worker/session/session';
import { answerTo, FakeContext, fakeModel, type FakeStep } from '../../../fixtures/engine/fakeContext';
import { calibration, expectAtRest, long, never, spec, start } from '../../../fixtures/engine/sessionFixtures';

describe('a session', () => {
  it('answers as the model does without any session', async () => {
    const { session, context } = start();
    const prompt = long(100);
    const result = await session.run(spec(prompt, { maxTokens: 20 }), never);
    expect(result.tokens).toEqual(answerTo(prompt, 20));
    expect(result.metrics).toMatchObject({ promptTokens: 100, reusedTokens: 0, evaluatedTokens: 100 });
    expectAtRest(session, context);
  });

  it('evaluates of a follow-up only what is new', async () => {
    const { session, context } = start();
    const prompt = long(60);
    const first = await session.run(spec(prompt), never);
    const next = [...prompt, ...first.tokens, 5, 6, 7];
    const second = await session.run(spec(next), never);
    // The last token of an answer was sampled and not evaluated.
    expect(second.metrics.reusedTokens).toBe(prompt.length + first.tokens.length - (first.stop === 'end' ? 0 : 1));
    expect(second.metrics.evaluatedTokens).toBe(next.length - second.metrics.reusedTokens);
    expect(second.tokens).toEqual(answerTo(next, 8));
    expectAtRest(session, context);
  });

  it('evaluates one token of a prompt it has whole, for its logits', async () => {
    const { session } = start();
    await session.run(spec(long(40), { maxTokens: 1 }), never);
    const again = await session.run(spec(long(40), { maxTokens: 3 }), never);
    expect(again.metrics).toMatchObject({ reusedTokens: 39, evaluatedTokens: 1 });
    expect(again.tokens).toEqual(answerTo(long(40), 3));
  });

  it('says how far the prompt is, up to its end', async () => {
    const seen: number[] = [];
    const { session } = start();
    await session.run(spec(long(700), { onPrefill: (done) => seen.push(done) }), never);
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(700);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it('ends by a rule of the job, and when the lane is full', async () => {
    const { session, context } = start(2, 64);
    const ruled = await session.run(spec(long(20), { maxTokens: 30, onToken: () => 'rule' }), never);
    expect(ruled).toMatchObject({ stop: 'rule', tokens: answerTo(long(20), 1) });
    const prompt = [...long(59, 2), 4];
    const full = await session.run(spec(prompt, { maxTokens: 30 }), never);
    expect(full.stop).toBe('contextFull');
    expect(full.tokens).toEqual(answerTo(prompt, full.tokens.length));
    expectAtRest(session, context);
  });

  it('finds threads and steps, and leaves no token behind', async () => {
    const context = new FakeContext(3, 4096);
    const loaded = fakeModel(context);
    const lanes = Session.lanesOf(loaded);
    const found = await Session.calibrate(loaded, lanes, undefined);
    expect(found.decodeThreads).toBeGreaterThanOrEqual(1);
    expect(found.steps.length).toBeGreaterThan(0);
    expectAtRest({ lanes, useOf: () => 'free' }, context);
    expect(lanes.map(({ tokens }) => tokens.length)).toEqual([0, 0, 0]);
    // A step of the fake model takes no time, by which nothing can hold; what was remembered of another machine does not.
    expect(await Session.calibrate(loaded, lanes, calibration)).not.toBe(calibration);
  });
});

describe('cancelling', () => {
  it('lets the step in flight finish and no other, and keeps the lane', async () => {
    const { session, context } = start();
    const abort = new AbortController();
    context.duringStep = () => {
      if (context.steps.length === 2) abort.abort();
    };
    const result = await session.run(spec(long(2000)), abort.signal);
    expect(result.stop).toBe('cancelled');
    expect(context.steps).toHaveLength(2);
    const evaluated = context.steps.flat().reduce((sum, { tokens }) => sum + tokens.length, 0);
    expect(result.laneTokens).toBe(evaluated);
    expectAtRest(session, context);
    context.duringStep = () => undefined;
    const again = await session.run(spec(long(2000)), never);
    expect(again.metrics.reusedTokens).toBe(evaluated);
    expect(again.tokens).toEqual(answerTo(long(2000), 8));
  });

  it('keeps what was generated', async () => {
    const { session } = start();
    const abort = new AbortController();
    const heard: number[] = [];
    const prompt = long(30, 1);
    const onToken = (token: number): 'continue' => {
      heard.push(token);
      if (heard.length === 3) abort.abort();
      return 'continue';
    };
    const result = await session.run(spec(prompt, { maxTokens: 50, onToken }), abort.signal);
    expect(result.stop).toBe('cancelled');
    expect(result.tokens).toEqual(heard);
    expect(result.tokens).toEqual(answerTo(prompt, 3));
  });

  it('settles a job that still waits for a lane, without a step for it', async () => {
    const { session, context } = start(2);
    const abort = new AbortController();
    const first = session.run(spec(long(600)), never);
    const second = session.run(spec(long(600, 5)), abort.signal);
    abort.abort();
    expect(await second).toMatchObject({ stop: 'cancelled', tokens: [], metrics: { evaluatedTokens: 0 } });
    expect((await first).tokens).toEqual(answerTo(long(600), 8));
    expectAtRest(session, context);
  });

  it('settles a job whose signal was aborted before it began', async () => {
    const { session, context } = start();
    expect(await session.run(spec(long(50)), AbortSignal.abort())).toMatchObject({ stop: 'cancelled', tokens: [] });
    expect(context.steps).toEqual([]);
  });
});

describe('several jobs', () => {
  it('shares steps between two conversations', async () => {
    const { session, context } = start();
    const results = await Promise.all([session.run(spec(long(50)), never), session.run(spec(long(50, 9)), never)]);
    expect(results.map(({ tokens }) => tokens)).toEqual([answerTo(long(50), 8), answerTo(long(50, 9), 8)]);
    expect(context.steps.some((step) => step.length === 2)).toBe(true);
    expectAtRest(session, context);
  });

  it('serves a third conversation once a lane is free', async () => {
    const { session } = start();
    const prompts = [long(50), long(50, 9), long(50, 4)];
    const results = await Promise.all(prompts.map((prompt) => session.run(spec(prompt), never)));
    expect(results.map(({ tokens }) => tokens)).toEqual(prompts.map((prompt) => answerTo(prompt, 8)));
  });

  it('gives a ghost text the step after the one in flight, and takes turns from its first token on', async () => {
    const { session, context } = start();
    let ghost: Promise<JobResult> | undefined;
    context.duringStep = () => {
      if (context.steps.length === 3) ghost = session.run(spec(long(20, 3), { priority: 'interactive' }), never);
    };
    const chat = await session.run(spec(long(3000)), never);
    const ghostLane = session.lanes.find(({ role }) => role === 'completion')?.id ?? -1;
    const isGhost = context.steps.map(hasSequence(ghostLane));
    const first = isGhost.indexOf(true);
    expect(first).toBe(3);
    const last = isGhost.lastIndexOf(true);
    const prompt = isGhost.indexOf(false, first);
    isGhost.slice(prompt, last + 1).forEach((is, index) => {
      expect(is).toBe(index % 2 === 1);
    });
    expect(context.steps.every((step) => step.length === 1)).toBe(true);
    expect((await ghost)?.tokens).toEqual(answerTo(long(20, 3), 8));
    expect(chat.tokens).toEqual(answerTo(long(3000), 8));
  });

  it('serves a chat between ghost texts that are cancelled by every key', async () => {
    const { session, context } = start();
    session.tuning.typing = true;
    let key = new AbortController();
    const ghosts: Promise<JobResult>[] = [];
    context.duringStep = () => {
      key.abort();
      key = new AbortController();
      const prompt = [...long(20, 3), ...ghosts.map((_, index) => index + 1)];
      if (ghosts.length < 40) ghosts.push(session.run(spec(prompt, { priority: 'interactive' }), key.signal));
    };
    const chat = await session.run(spec(long(300), { maxTokens: 1 }), never);
    expect(chat.tokens).toEqual(answerTo(long(300), 1));
    const ghostLane = session.lanes.find(({ role }) => role === 'completion')?.id ?? -1;
    const isGhost = context.steps.slice(0, 30).map(hasSequence(ghostLane));
    expect(isGhost.filter((is) => is).length).toBeLessThanOrEqual(isGhost.length / 2);
    context.duringStep = () => undefined;
    key.abort();
    await Promise.all(ghosts);
  });

  it('goes on writing an answer while a ghost text is made', async () => {
    const { session, context } = start();
    let ghost: Promise<JobResult> | undefined;
    const onToken = (): 'continue' => {
      ghost ??= session.run(spec(long(20, 3), { priority: 'interactive' }), never);
      return 'continue';
    };
    const prompt = long(30, 1);
    const chat = await session.run(spec(prompt, { maxTokens: 30, onToken }), never);
    await ghost;
    const ghostLane = session.lanes.find(({ role }) => role === 'completion')?.id ?? -1;
    const isGhost = context.steps.map(hasSequence(ghostLane));
    const between = isGhost.slice(isGhost.indexOf(true), isGhost.lastIndexOf(true));
    between.forEach((is, index) => {
      expect(is).toBe(index % 2 === 0);
    });
    expect(chat.tokens).toEqual(answerTo(prompt, 30));
  });

  it('ends a warm-up for a chat, which finds its tokens', async () => {
    const { session, context } = start(2);
    const prompt = long(3000);
    let chat: Promise<JobResult> | undefined;
    context.duringStep = () => {
      if (context.steps.length === 2) chat = session.run(spec(prompt), never);
    };
    const warm = await session.run(spec(prompt.slice(0, 2900), { priority: 'background', maxTokens: 0 }), never);
    expect(warm.stop).toBe('cancelled');
    const result = await chat;
    expect(result?.metrics.reusedTokens).toBe(warm.metrics.evaluatedTokens);
    expect(result?.tokens).toEqual(answerTo(prompt, 8));
  });

  it('warms a lane to the last token when nothing else comes', async () => {
    const { session } = start();
    const warm = await session.run(spec(long(300), { priority: 'background', maxTokens: 0 }), never);
    expect(warm).toMatchObject({ stop: 'end', tokens: [], laneTokens: 300, metrics: { evaluatedTokens: 300 } });
    expect((await session.run(spec([...long(300), 5]), never)).metrics).toMatchObject({ reusedTokens: 300, evaluatedTokens: 1 });
  });
});

describe('an error in a step', () => {
  it('rejects the job, empties its lane, and leaves the session usable', async () => {
    const { session, context } = start();
    context.duringStep = () => {
      throw new Error('decode failed');
    };
    await expect(session.run(spec(long(50)), never)).rejects.toThrow('decode failed');
    expectAtRest(session, context);
    expect(session.lanes.every(({ tokens }) => tokens.length === 0)).toBe(true);
    context.duringStep = () => undefined;
    expect((await session.run(spec(long(50)), never)).tokens).toEqual(answerTo(long(50), 8));
  });

  it('concerns no job in another lane', async () => {
    const { session, context } = start();
    const listener = (): 'continue' => {
      throw new Error('bad listener');
    };
    const bad = session.run(spec(long(50), { onToken: listener }), never);
    const good = session.run(spec(long(50, 9)), never);
    await expect(bad).rejects.toThrow('bad listener');
    expect((await good).tokens).toEqual(answerTo(long(50, 9), 8));
    expectAtRest(session, context);
  });
});

interface Plan {
  readonly priority: JobPriority;
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  /** Number of steps before it is asked, and after which it is cancelled. */
  readonly asked: number;
  readonly cancelled: number | undefined;
}

/** Prompts that share beginnings, as conversations do. */
const prompt = fc
  .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 120 }), fc.array(fc.integer({ min: 3, max: 9 }), { maxLength: 6 }))
  .map(([seed, length, tail]) => [...long(length, seed), ...tail]);
const plan: fc.Arbitrary<Plan> = fc.record({
  priority: fc.constantFrom<JobPriority>('chat', 'chat', 'interactive', 'background'),
  prompt,
  maxTokens: fc.integer({ min: 1, max: 10 }),
  asked: fc.nat(12),
  cancelled: fc.option(fc.nat(20), { nil: undefined }),
});

/** Lets jobs come and go by the count of steps; gives each job's results, as many as it had. */
async function act(plans: readonly Plan[], lanes: number): Promise<{ results: JobResult[][]; session: Session; context: FakeContext }> {
  const { session, context } = start(lanes, 256);
  const results: JobResult[][] = plans.map(() => []);
  const pending: Promise<unknown>[] = [];
  const aborts = plans.map(() => new AbortController());
  const atStep = (count: number): void => {
    for (const [index, { priority, prompt: tokens, maxTokens, asked, cancelled }] of plans.entries()) {
      const abort = aborts[index];
      if (asked === count && abort) {
        const job = spec(tokens, { priority, maxTokens: priority === 'background' ? 0 : maxTokens });
        pending.push(session.run(job, abort.signal).then((result) => results[index]?.push(result)));
      }
      if (cancelled === count) abort?.abort();
    }
  };
  context.duringStep = () => {
    atStep(context.steps.length);
  };
  atStep(0);
  let waitedFor = 0;
  while (waitedFor < pending.length) {
    waitedFor = pending.length;
    await Promise.all(pending);
  }
  return { results, session, context };
}

describe('any mix of jobs', () => {
  it('settles each exactly once with the right answer, and leaves lanes that tell the truth', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(plan, { minLength: 1, maxLength: 6 }), fc.integer({ min: 2, max: 3 }), async (plans, lanes) => {
        const { results, session, context } = await act(plans, lanes);
        for (const [index, { priority, prompt: tokens, maxTokens, asked, cancelled }] of plans.entries()) {
          const reached = asked === 0 || asked <= context.steps.length;
          expect(results[index]).toHaveLength(reached ? 1 : 0);
          const result = results[index]?.[0];
          if (!result) continue;
          const whole = priority === 'background' ? [] : answerTo(tokens, maxTokens);
          if (result.stop === 'cancelled') expect(cancelled !== undefined || priority === 'background').toBe(true);
          expect(result.tokens).toEqual(result.stop === 'cancelled' ? whole.slice(0, result.tokens.length) : whole);
          const { reusedTokens, evaluatedTokens, promptTokens } = result.metrics;
          expect(reusedTokens + evaluatedTokens).toBeLessThanOrEqual(promptTokens);
        }
        expectAtRest(session, context);
      }),
      { numRuns: 150 },
    );
  });
});

function hasSequence(id: number): (step: FakeStep) => boolean {
  return (step) => step.some(({ sequence }) => sequence === id);
}
