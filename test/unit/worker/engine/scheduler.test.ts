import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planStep, type JobFacts, type JobKind, type StepBudget } from '../../../../src/worker/engine/scheduler';

const kinds: readonly JobKind[] = ['ghost', 'chat', 'warm'];
const someJobs: fc.Arbitrary<JobFacts[]> = fc
  .array(fc.record({ kind: fc.constantFrom(...kinds), promptLeft: fc.oneof(fc.constant(0), fc.nat(600)) }), { maxLength: 6 })
  .map((jobs) => jobs.map((job, index) => ({ ...job, id: index })));
const tokens = fc.integer({ min: -2, max: 512 });
const someBudget: fc.Arbitrary<StepBudget> = fc.record({ alone: tokens, ghost: tokens, mix: fc.boolean() });

function plan(jobs: readonly JobFacts[], budget: StepBudget): { job: JobFacts; tokens: number }[] {
  return planStep(jobs, budget).map(({ id, tokens: count }) => {
    const job = jobs.find((candidate) => candidate.id === id);
    if (!job) throw new Error(`no job ${id}`);
    return { job, tokens: count };
  });
}

const hasGhost = (jobs: readonly JobFacts[]): boolean => jobs.some(({ kind }) => kind === 'ghost');
const capOf = (jobs: readonly JobFacts[], { alone, ghost }: StepBudget): number => Math.max(1, hasGhost(jobs) ? ghost : alone);
/** Place in the order of precedence. */
const precedence = ({ kind, promptLeft }: JobFacts): number => (kind === 'ghost' ? 0 : kind === 'warm' ? 3 : promptLeft === 0 ? 1 : 2);

describe('planStep', () => {
  it('is never over the budget, that of ghost text where there is any, and never empty while there is a job', () => {
    fc.assert(
      fc.property(someJobs, someBudget, (jobs, budget) => {
        const step = plan(jobs, budget);
        expect(step.reduce((sum, item) => sum + item.tokens, 0)).toBeLessThanOrEqual(capOf(jobs, budget));
        expect(step.length > 0).toBe(jobs.length > 0);
      }),
    );
  });

  it('gives each job at most one place, at least one token, and no more than its prompt', () => {
    fc.assert(
      fc.property(someJobs, someBudget, (jobs, budget) => {
        const step = plan(jobs, budget);
        expect(new Set(step.map(({ job }) => job.id)).size).toBe(step.length);
        for (const item of step) {
          expect(item.tokens).toBeGreaterThanOrEqual(1);
          expect(item.tokens).toBeLessThanOrEqual(Math.max(1, item.job.promptLeft));
        }
      }),
    );
  });

  it('serves ghost text, then chat decode, then chat prefill, and fills the step in that order', () => {
    fc.assert(
      fc.property(someJobs, someBudget, (jobs, budget) => {
        const wanted = jobs
          .filter(({ kind, promptLeft }) => kind !== 'warm' && (kind === 'ghost' || promptLeft === 0 || budget.mix || !hasGhost(jobs)))
          .sort((a, b) => precedence(a) - precedence(b));
        if (wanted.length === 0) return;
        let left = capOf(jobs, budget);
        const expected = wanted.map((job) => {
          const count = Math.min(left, Math.max(1, job.promptLeft));
          left -= count;
          return { job, tokens: count };
        });
        expect(plan(jobs, budget)).toEqual(expected.filter((item) => item.tokens > 0));
      }),
    );
  });

  it('lets chat prefill wait while a ghost text has work, unless it is to be mixed', () => {
    const jobs: JobFacts[] = [
      { id: 1, kind: 'chat', promptLeft: 100 },
      { id: 2, kind: 'ghost', promptLeft: 3 },
    ];
    expect(planStep(jobs, { alone: 32, ghost: 8, mix: false })).toEqual([{ id: 2, tokens: 3 }]);
    expect(planStep(jobs, { alone: 32, ghost: 8, mix: true })).toEqual([
      { id: 2, tokens: 3 },
      { id: 1, tokens: 5 },
    ]);
  });

  it('warms up only when nothing else is wanted', () => {
    fc.assert(
      fc.property(someJobs, someBudget, (jobs, budget) => {
        const warms = plan(jobs, budget).some(({ job }) => job.kind === 'warm');
        expect(warms).toBe(jobs.length > 0 && jobs.every(({ kind }) => kind === 'warm'));
      }),
    );
  });

  it('mixes an answer being written with the prompt of another chat', () => {
    const jobs: JobFacts[] = [
      { id: 1, kind: 'chat', promptLeft: 100 },
      { id: 2, kind: 'chat', promptLeft: 0 },
    ];
    expect(planStep(jobs, { alone: 32, ghost: 8, mix: false })).toEqual([
      { id: 2, tokens: 1 },
      { id: 1, tokens: 31 },
    ]);
  });
});
