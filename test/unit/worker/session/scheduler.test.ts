import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  planStep,
  Turns,
  type JobFacts,
  type JobPriority,
  type StepBudget,
  type StepItem,
  type Turn,
} from '../../../../src/worker/session/scheduler';

const kinds: readonly JobPriority[] = ['interactive', 'chat', 'background'];
const someJobs: fc.Arbitrary<JobFacts[]> = fc
  .array(fc.record({ priority: fc.constantFrom(...kinds), promptLeft: fc.oneof(fc.constant(0), fc.nat(600)), context: fc.nat(4096) }), {
    maxLength: 6,
  })
  .map((jobs) => jobs.map((job, index) => ({ ...job, id: index })));
const tokens = fc.integer({ min: -2, max: 512 });
const budgetOf =
  (ghost: number, other: number): StepBudget =>
  ({ priority }) =>
    priority === 'interactive' ? ghost : other;
const someBudget: fc.Arbitrary<StepBudget> = fc.tuple(tokens, tokens).map(([ghost, other]) => budgetOf(ghost, other));
const someTurn: fc.Arbitrary<Turn> = fc.constantFrom('interactive', 'decode', 'chat');

type Planned = readonly { readonly job: JobFacts; readonly tokens: number }[];

function plan(jobs: readonly JobFacts[], budget: StepBudget, turn: Turn): Planned {
  return planStep(jobs, budget, turn).map(({ id, tokens: count }) => {
    const job = jobs.find((candidate) => candidate.id === id);
    if (!job) throw new Error(`no job ${id}`);
    return { job, tokens: count };
  });
}

const has = (jobs: readonly JobFacts[], priority: JobPriority): boolean => jobs.some((job) => job.priority === priority);
const kindsOf = (step: Planned): ReadonlySet<JobPriority> => new Set(step.map(({ job }) => job.priority));

describe('planStep', () => {
  it('is for one priority of job, and never empty while there is a job', () => {
    fc.assert(
      fc.property(someJobs, someBudget, someTurn, (jobs, budget, turn) => {
        expect(kindsOf(plan(jobs, budget, turn)).size).toBe(jobs.length > 0 ? 1 : 0);
      }),
    );
  });

  it('gives each job that generates one token and one prompt a piece within the budget, and no job two places', () => {
    fc.assert(
      fc.property(someJobs, someBudget, someTurn, (jobs, budget, turn) => {
        const step = plan(jobs, budget, turn);
        expect(new Set(step.map(({ job }) => job.id)).size).toBe(step.length);
        expect(step.filter(({ job }) => job.promptLeft > 0).length).toBeLessThanOrEqual(1);
        for (const { job, tokens: count } of step) {
          const most = budget(job);
          if (job.promptLeft <= most || most < 64)
            expect(count).toBe(job.promptLeft === 0 ? 1 : Math.max(1, Math.min(most, job.promptLeft)));
          else expect(count).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  it("serves ghost text on its turn, a chat on a chat's, whoever is there otherwise, and warms up when nothing else is wanted", () => {
    fc.assert(
      fc.property(someJobs, someBudget, someTurn, (jobs, budget, turn) => {
        const [priority] = kindsOf(plan(jobs, budget, turn));
        const canChat = turn === 'decode' ? jobs.some((job) => job.priority === 'chat' && job.promptLeft === 0) : has(jobs, 'chat');
        if (has(jobs, 'interactive')) expect(priority).toBe(turn !== 'interactive' && canChat ? 'chat' : 'interactive');
        else if (has(jobs, 'chat')) expect(priority).toBe('chat');
        else expect(priority).toBe(jobs.length > 0 ? 'background' : undefined);
      }),
    );
  });

  it("leaves prefill out where it is only decode's turn", () => {
    const jobs: JobFacts[] = [
      { id: 1, priority: 'chat', promptLeft: 100, context: 0 },
      { id: 2, priority: 'chat', promptLeft: 0, context: 0 },
      { id: 3, priority: 'interactive', promptLeft: 5, context: 0 },
    ];
    const budget = budgetOf(8, 32);
    expect(planStep(jobs, budget, 'interactive')).toEqual([{ id: 3, tokens: 5 }]);
    expect(planStep(jobs, budget, 'decode')).toEqual([{ id: 2, tokens: 1 }]);
    expect(planStep(jobs, budget, 'chat')).toEqual([
      { id: 2, tokens: 1 },
      { id: 1, tokens: 32 },
    ]);
  });
});

/** Takes steps for jobs that come as given, each as many steps after the one before, until all prompts are evaluated and some more. */
function run(arrivals: readonly (JobFacts & { readonly after: number })[], budget: StepBudget, steps: number): (readonly StepItem[])[] {
  const turns = new Turns();
  const left = new Map<number, number>();
  const kindOf = new Map(arrivals.map(({ id, priority }) => [id, priority]));
  return Array.from({ length: steps }, (_, at) => {
    for (const { id, promptLeft } of arrivals.filter(({ after }) => after === at)) left.set(id, promptLeft);
    const jobs = [...left].map(([id, promptLeft]): JobFacts => ({ id, promptLeft, context: 0, priority: kindOf.get(id) ?? 'background' }));
    const turn = turns.next(jobs);
    const step = planStep(jobs, budget, turn);
    turns.record(jobs, step, turn);
    for (const item of step) left.set(item.id, Math.max(0, (left.get(item.id) ?? 0) - item.tokens));
    return step;
  });
}

const idsOf = (steps: readonly (readonly StepItem[])[]): number[][] => steps.map((step) => step.map(({ id }) => id));

describe('a long prompt', () => {
  it('has what is left over for tiles of 64 evaluated first', () => {
    const sizes = (promptLeft: number, most: number): number[] =>
      run([{ id: 0, priority: 'chat', promptLeft, context: 0, after: 0 }], budgetOf(most, most), 8).flatMap((step) =>
        step.map(({ tokens: count }) => count),
      );
    expect(sizes(64 * 3 + 10, 64)).toEqual([10, 64, 64, 64, 1, 1, 1, 1]);
    expect(sizes(128, 64).slice(0, 3)).toEqual([64, 64, 1]);
    expect(sizes(300, 128).slice(0, 4)).toEqual([44, 128, 128, 1]);
    expect(sizes(100, 48).slice(0, 4)).toEqual([48, 48, 4, 1]);
  });
});

describe('turns', () => {
  const budget = budgetOf(8, 16);

  it("evaluates a ghost text's prompt before a chat's, and takes turns from its first token on", () => {
    const ghost = { id: 1, priority: 'interactive', promptLeft: 20, context: 0, after: 2 } as const;
    const chat = { id: 2, priority: 'chat', promptLeft: 1000, context: 0, after: 0 } as const;
    expect(idsOf(run([ghost, chat], budget, 9))).toEqual([[2], [2], [1], [1], [1], [2], [1], [2], [1]]);
  });

  it('gives an answer that is being written every other step', () => {
    const ghost = { id: 1, priority: 'interactive', promptLeft: 20, context: 0, after: 2 } as const;
    const chat = { id: 2, priority: 'chat', promptLeft: 0, context: 0, after: 0 } as const;
    expect(idsOf(run([ghost, chat], budget, 8))).toEqual([[2], [2], [1], [2], [1], [2], [1], [2]]);
  });

  it('never lets a chat wait for more than one ghost text, however fast they follow each other', () => {
    const turns = new Turns();
    const chat: JobFacts = { id: 0, priority: 'chat', promptLeft: 100, context: 0 };
    const served = Array.from({ length: 10 }, (_, index) => {
      const jobs: JobFacts[] = [chat, { id: index + 1, priority: 'interactive', promptLeft: 3, context: 0 }];
      const turn = turns.next(jobs);
      const step = planStep(jobs, budget, turn);
      turns.record(jobs, step, turn);
      return step[0]?.id === 0;
    });
    expect(served).toEqual([false, true, false, true, false, true, false, true, false, true]);
  });

  it('starves nobody: of any jobs that stay, each gets a step before long, and a ghost text at the latest after one of a chat', () => {
    const stay = fc.array(
      fc.record({
        priority: fc.constantFrom<JobPriority>('interactive', 'chat'),
        promptLeft: fc.nat(60),
        context: fc.constant(0),
        after: fc.nat(5),
      }),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(stay, (jobs) => {
        const arrivals = jobs.map((job, id) => ({ ...job, id }));
        const steps = idsOf(run(arrivals, budget, 200));
        for (const { id } of arrivals) expect(steps.flat()).toContain(id);
        const ghosts = new Set(arrivals.filter(({ priority }) => priority === 'interactive').map(({ id }) => id));
        const first = Math.min(...arrivals.filter(({ priority }) => priority === 'interactive').map(({ after }) => after));
        const isGhost = steps.map((step) => step.some((id) => ghosts.has(id)));
        isGhost.forEach((is, at) => {
          if (at > first) expect(is || isGhost[at - 1]).toBe(true);
        });
      }),
    );
  });
});
