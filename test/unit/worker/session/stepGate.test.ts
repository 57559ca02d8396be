import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StepGate, type GateMember } from '../../../../src/worker/session/stepGate';
import type { JobResult } from '../../../../src/worker/session/job';
import { Turns, type JobFacts, type StepItem } from '../../../../src/worker/session/scheduler';
import { Session } from '../../../../src/worker/session/session';
import { answerTo, FakeContext, fakeModel } from '../../../fixtures/engine/fakeContext';
import { calibration, expectAtRest, long, never, spec } from '../../../fixtures/engine/sessionFixtures';

type Role = 'chat' | 'ghostText';

/** Two sessions behind one gate, with a clock that moves with the steps of both. */
class TwoSessions {
  readonly gate = new StepGate();
  readonly contexts = { chat: new FakeContext(3, 4096), ghostText: new FakeContext(2, 4096) };
  readonly chat = this.session('chat');
  readonly ghostText = this.session('ghostText');
  /** Whose each step was, and how many tokens it had. */
  readonly steps: { readonly role: Role; readonly tokens: number }[] = [];
  /** Called while a step is in flight. */
  duringStep: () => void = () => undefined;
  private inFlight = 0;

  private session(role: Role): Session {
    const context = this.contexts[role];
    const loaded = fakeModel(context);
    context.duringStep = async (pieces) => {
      expect(++this.inFlight).toBe(1);
      this.steps.push({ role, tokens: pieces.reduce((sum, { tokens }) => sum + tokens.length, 0) });
      this.duringStep();
      await new Promise((resolve) => setImmediate(resolve));
      this.inFlight--;
    };
    const now = (): number => this.contexts.chat.elapsed + this.contexts.ghostText.elapsed;
    return new Session(loaded, Session.lanesOf(loaded), { calibration, now, gate: this.gate });
  }

  expectAtRest(): void {
    expectAtRest(this.chat, this.contexts.chat);
    expectAtRest(this.ghostText, this.contexts.ghostText);
  }
}

describe('two sessions', () => {
  it('take no two steps at once, answer as each would alone, and end every job, whatever is cancelled when', async () => {
    const job = fc.record({
      role: fc.constantFrom<Role>('chat', 'ghostText'),
      isWarm: fc.boolean(),
      length: fc.integer({ min: 1, max: 300 }),
      seed: fc.nat(5),
      /** Steps of both before it comes, and before it is cancelled. */
      from: fc.nat(12),
      until: fc.option(fc.nat(20), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(job, { minLength: 1, maxLength: 8 }), async (jobs) => {
        const two = new TwoSessions();
        const due = jobs.map((each) => ({ ...each, abort: new AbortController(), hasCome: false }));
        const runs: Promise<JobResult>[] = [];
        const come = (steps: number): void => {
          for (const each of due) {
            if (!each.hasCome && each.from <= steps) {
              each.hasCome = true;
              const priority = each.isWarm ? 'background' : each.role === 'chat' ? 'chat' : 'interactive';
              const role = each.role === 'chat' ? 'chat' : 'completion';
              const prompt = long(each.length, each.seed);
              const wanted = spec(prompt, { priority, role, maxTokens: each.isWarm ? 0 : 6 });
              const run = two[each.role].run(wanted, each.abort.signal).then((result) => {
                if (!each.isWarm && result.stop !== 'cancelled') expect(result.tokens).toEqual(answerTo(prompt, 6));
                return result;
              });
              runs.push(run);
            }
            if (each.until !== undefined && each.until <= steps) each.abort.abort();
          }
        };
        two.duringStep = () => {
          come(two.steps.length);
        };
        come(0);
        for (let seen = -1; seen !== runs.length;) {
          seen = runs.length;
          await Promise.all(runs);
        }
        // What was to come after more steps than there were, comes now.
        come(Infinity);
        await Promise.all(runs);
        two.expectAtRest();
      }),
      { numRuns: 60 },
    );
  });

  it('serve a ghost text after the one step in flight, though the chat is in the middle of a long prompt', async () => {
    const two = new TwoSessions();
    let ghost: Promise<JobResult> | undefined;
    two.duringStep = () => {
      if (two.steps.length === 3) ghost = two.ghostText.run(spec(long(40), { priority: 'interactive', maxTokens: 3 }), never);
    };
    await two.chat.run(spec(long(2000)), never);
    const result = await ghost;
    expect(result?.tokens).toEqual(answerTo(long(40), 3));
    const roles = two.steps.map(({ role }) => role);
    expect(roles.slice(0, 4)).toEqual(['chat', 'chat', 'chat', 'ghostText']);
    // The prompt of the chat goes on only once the ghost text's is evaluated, and nobody waits for ever.
    expect(roles.lastIndexOf('ghostText')).toBeLessThan(roles.lastIndexOf('chat'));
    two.expectAtRest();
  });

  it('let an answer go on beside a long ghost text, a token for each of its steps', async () => {
    const two = new TwoSessions();
    let ghost: Promise<JobResult> | undefined;
    two.duringStep = () => {
      if (two.steps.length === 4) ghost = two.ghostText.run(spec(long(1500, 2), { priority: 'interactive', maxTokens: 2 }), never);
    };
    await two.chat.run(spec(long(30, 1), { maxTokens: 20 }), never);
    await ghost;
    const from = two.steps.findIndex(({ role }) => role === 'ghostText');
    const last = two.steps.map(({ role }) => role).lastIndexOf('chat');
    const between = two.steps.slice(from, last + 1).map(({ role }) => role);
    expect(between.length).toBeGreaterThan(4);
    expect(between).toEqual(between.map((_, index) => (index % 2 === 0 ? 'ghostText' : 'chat')));
  });

  it('stop an answer within the step in flight, while ghost text has the processor', async () => {
    const two = new TwoSessions();
    const abort = new AbortController();
    const chat = two.chat.run(spec(long(2000)), abort.signal);
    let stepsAtCancel = Infinity;
    let ended = 0;
    void chat.then(() => (ended = two.steps.length));
    two.duringStep = () => {
      if (two.steps.length === 2) void two.ghostText.run(spec(long(1500, 3), { priority: 'interactive' }), never);
      if (two.steps.length === 5) {
        abort.abort();
        stepsAtCancel = two.steps.length;
      }
    };
    expect((await chat).stop).toBe('cancelled');
    expect(ended).toBeLessThanOrEqual(stepsAtCancel + 1);
  });

  it('warm up only while neither has anything else to do', async () => {
    const two = new TwoSessions();
    const order: string[] = [];
    const warm = two.ghostText
      .run(spec(long(600), { priority: 'background', role: 'completion', maxTokens: 0 }), never)
      .then(() => order.push('warm'));
    const chat = two.chat.run(spec(long(600), { maxTokens: 4 }), never).then(() => order.push('chat'));
    await Promise.all([warm, chat]);
    expect(order).toEqual(['chat', 'warm']);
  });

  it('let others go on while one of them parks or is cleared', async () => {
    const two = new TwoSessions();
    const ghost = two.ghostText.run(spec(long(600), { priority: 'interactive', maxTokens: 4 }), never);
    const chat = two.chat.run(spec(long(600), { maxTokens: 4 }), never);
    const cleared = two.chat.clear();
    await Promise.all([two.ghostText.park(), cleared, ghost, chat]);
    expect((await ghost).tokens).toEqual(answerTo(long(600), 4));
    expect((await chat).tokens).toEqual(answerTo(long(600), 4));
    expect(await two.ghostText.clear()).toMatchObject({ lanes: 1 });
  });
});

/** Jobs without a model: each takes its steps until its prompt is evaluated and its tokens are generated. */
class PlainMember implements GateMember {
  readonly unanswered: boolean[] = [];
  readonly tuning = {
    budget: (): number => 16,
    completionEnded: (isAnswered: boolean): void => {
      this.unanswered.push(isAnswered);
    },
  };

  constructor(private readonly left: PlainJob[]) {}

  get jobs(): readonly JobFacts[] {
    return this.left.map(({ id, priority, prompt }) => ({ id, priority, promptLeft: prompt, context: 0 }));
  }

  take(items: readonly StepItem[]): void {
    for (const { id, tokens } of items) {
      const job = this.left.find((each) => each.id === id);
      if (!job) continue;
      if (job.prompt > 0) job.prompt -= tokens;
      else job.answer--;
      if (job.prompt === 0 && job.answer <= 0) this.left.splice(this.left.indexOf(job), 1);
    }
  }
}

interface PlainJob {
  readonly id: number;
  readonly priority: JobFacts['priority'];
  prompt: number;
  answer: number;
}

describe('the gate', () => {
  it('takes the steps that one session would take with the jobs of all', async () => {
    const job = fc.record({
      priority: fc.constantFrom<JobFacts['priority']>('interactive', 'chat'),
      prompt: fc.integer({ min: 1, max: 90 }),
      answer: fc.nat(6),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(job, { minLength: 1, maxLength: 6 }), async (drawn) => {
        const jobs = drawn.map((each, index) => ({ ...each, id: index + 1 }));
        const copy = (): PlainJob[] => jobs.map((each) => ({ ...each }));
        const expected: (readonly StepItem[])[] = [];
        const one = new PlainMember([
          ...copy().filter(({ priority }) => priority === 'chat'),
          ...copy().filter(({ priority }) => priority === 'interactive'),
        ]);
        for (const turns = new Turns(); one.jobs.length > 0;) {
          const step = turns.plan(one.jobs, one.tuning.budget);
          expected.push(step);
          one.take(step);
        }
        const gate = new StepGate();
        const taken: (readonly StepItem[])[] = [];
        const members = (['chat', 'interactive'] as const).map(
          (role) => new PlainMember(copy().filter(({ priority }) => priority === role)),
        );
        for (const member of members) {
          gate.join(member);
          gate.claim(member, member.jobs);
        }
        await Promise.all(
          members.map(async (member) => {
            while (member.jobs.length > 0) {
              const step = await gate.ask(member, member.jobs);
              if (!step) continue;
              taken.push(step);
              await Promise.resolve();
              member.take(step);
              gate.done(member, member.jobs, 0);
            }
            gate.withdraw(member);
          }),
        );
        expect(taken).toEqual(expected);
      }),
    );
  });

  it('tells all of them how ghost text ends, as the steps of each depend on it', () => {
    const gate = new StepGate();
    const members = [new PlainMember([]), new PlainMember([])];
    for (const member of members) gate.join(member);
    gate.completionEnded(false);
    expect(members.map(({ unanswered }) => unanswered)).toEqual([[false], [false]]);
  });

  const member = (): GateMember => ({ tuning: { budget: () => 8, completionEnded: () => undefined } });
  const job = (id: number, priority: JobFacts['priority']): JobFacts => ({ id, priority, promptLeft: 0, context: 1 });

  it.each(['claims nothing more', 'withdraws'])('lets in who had to wait for a member that %s', async (how) => {
    const gate = new StepGate();
    const [first, second] = [member(), member()];
    gate.claim(first, [job(1, 'interactive')]);
    const asked = gate.ask(second, [job(2, 'chat')]);
    // Its only job was cancelled before it asked.
    if (how === 'withdraws') gate.withdraw(first);
    else gate.claim(first, []);
    expect(await asked).toBeUndefined();
    expect(await gate.ask(second, [job(2, 'chat')])).toEqual([{ id: 2, tokens: 1 }]);
  });

  it('knows of a step whether its thread was shared with the copying of a lane', async () => {
    const gate = new StepGate();
    let now = 0;
    expect(gate.wasHeldUp(now)).toBe(false);
    await gate.copy(
      () => {
        expect(gate.wasHeldUp(now)).toBe(true);
        now = 10;
        return Promise.resolve();
      },
      () => now,
    );
    expect(gate.wasHeldUp(5)).toBe(true);
    expect(gate.wasHeldUp(11)).toBe(false);
  });
});
