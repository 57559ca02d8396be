import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  planStep,
  smallestStep,
  StepSizer,
  stepTargetMilliseconds,
  type JobFacts,
  type JobKind,
} from '../../../../src/worker/engine/scheduler';

const kinds: readonly JobKind[] = ['ghost', 'chat', 'warm'];
const someJobs: fc.Arbitrary<JobFacts[]> = fc
  .array(fc.record({ kind: fc.constantFrom(...kinds), promptLeft: fc.oneof(fc.constant(0), fc.nat(600)) }), { maxLength: 6 })
  .map((jobs) => jobs.map((job, index) => ({ ...job, id: index })));
const budget = fc.integer({ min: 1, max: 512 });

function plan(jobs: readonly JobFacts[], size: number): { job: JobFacts; tokens: number }[] {
  return planStep(jobs, size).map(({ id, tokens }) => {
    const job = jobs.find((candidate) => candidate.id === id);
    if (!job) throw new Error(`no job ${id}`);
    return { job, tokens };
  });
}

describe('planStep', () => {
  it('is never over the budget, and never empty while there is a job', () => {
    fc.assert(
      fc.property(someJobs, fc.integer({ min: -2, max: 512 }), (jobs, size) => {
        const step = plan(jobs, size);
        const total = step.reduce((sum, { tokens }) => sum + tokens, 0);
        expect(total).toBeLessThanOrEqual(Math.max(1, size));
        expect(step.length > 0).toBe(jobs.length > 0);
      }),
    );
  });

  it('gives each job at most one place, at least one token, and no more than its prompt', () => {
    fc.assert(
      fc.property(someJobs, budget, (jobs, size) => {
        const step = plan(jobs, size);
        expect(new Set(step.map(({ job }) => job.id)).size).toBe(step.length);
        for (const { job, tokens } of step) {
          expect(tokens).toBeGreaterThanOrEqual(1);
          expect(tokens).toBeLessThanOrEqual(Math.max(1, job.promptLeft));
        }
      }),
    );
  });

  it('serves ghost text first', () => {
    fc.assert(
      fc.property(someJobs, budget, (jobs, size) => {
        const first = jobs.find(({ kind }) => kind === 'ghost');
        if (!first) return;
        const [head] = plan(jobs, size);
        expect(head).toEqual({ job: first, tokens: Math.min(size, Math.max(1, first.promptLeft)) });
      }),
    );
  });

  it('lets other prefill wait while a ghost text has work', () => {
    fc.assert(
      fc.property(someJobs, budget, (jobs, size) => {
        if (!jobs.some(({ kind }) => kind === 'ghost')) return;
        for (const { job } of plan(jobs, size)) expect(job.kind === 'ghost' || (job.kind === 'chat' && job.promptLeft === 0)).toBe(true);
      }),
    );
  });

  it('decodes every chat before any of their prefill', () => {
    fc.assert(
      fc.property(someJobs, budget, (jobs, size) => {
        const step = plan(jobs, size);
        if (!step.some(({ job }) => job.kind === 'chat' && job.promptLeft > 0)) return;
        const decoding = jobs.filter(({ kind, promptLeft }) => kind === 'chat' && promptLeft === 0);
        expect(step.slice(0, decoding.length).map(({ job }) => job)).toEqual(decoding);
      }),
    );
  });

  it('warms up only when nothing else is wanted', () => {
    fc.assert(
      fc.property(someJobs, budget, (jobs, size) => {
        const warms = plan(jobs, size).some(({ job }) => job.kind === 'warm');
        expect(warms).toBe(jobs.length > 0 && jobs.every(({ kind }) => kind === 'warm'));
      }),
    );
  });

  it('mixes an answer being written with the prompt of another chat', () => {
    const jobs: JobFacts[] = [
      { id: 1, kind: 'chat', promptLeft: 100 },
      { id: 2, kind: 'chat', promptLeft: 0 },
    ];
    expect(planStep(jobs, 32)).toEqual([
      { id: 2, tokens: 1 },
      { id: 1, tokens: 31 },
    ]);
  });
});

describe('StepSizer', () => {
  const record = fc.record({ tokens: fc.integer({ min: 0, max: 512 }), milliseconds: fc.double({ min: 0, max: 5000, noNaN: true }) });

  it('gives a multiple of 4 between the smallest and the largest step', () => {
    fc.assert(
      fc.property(fc.array(record), (steps) => {
        const sizer = new StepSizer(512);
        for (const { tokens, milliseconds } of steps) sizer.record(tokens, milliseconds);
        expect(sizer.size % 4).toBe(0);
        expect(sizer.size).toBeGreaterThanOrEqual(smallestStep);
        expect(sizer.size).toBeLessThanOrEqual(512);
      }),
    );
  });

  it('keeps a step near its time once the speed is known', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.065, max: 2, noNaN: true }), (tokensPerMillisecond) => {
        const sizer = new StepSizer(512);
        for (let step = 0; step < 5; step++) sizer.record(sizer.size, sizer.size / tokensPerMillisecond);
        const takes = sizer.size / tokensPerMillisecond;
        expect(takes).toBeLessThanOrEqual(stepTargetMilliseconds * 1.001);
        if (sizer.size > smallestStep) expect((sizer.size + 4) / tokensPerMillisecond).toBeGreaterThan(stepTargetMilliseconds * 0.999);
      }),
    );
  });

  it('learns nothing from steps of decode', () => {
    const sizer = new StepSizer(512);
    const before = sizer.size;
    for (let step = 0; step < 50; step++) sizer.record(1, 80);
    expect(sizer.size).toBe(before);
  });

  it('follows a machine that becomes slower', () => {
    const sizer = new StepSizer(512);
    for (let step = 0; step < 20; step++) sizer.record(512, 500);
    const fast = sizer.size;
    for (let step = 0; step < 20; step++) sizer.record(64, 640);
    expect(sizer.size).toBeLessThan(fast);
    expect(sizer.size).toBe(24);
  });
});
