/** In order of precedence: ghost text, then chat, then warm-up. */
export type JobKind = 'ghost' | 'chat' | 'warm';

/** A job as the scheduler sees it: what it could put into the next step. */
export interface JobFacts {
  readonly id: number;
  readonly kind: JobKind;
  /** Prompt tokens still to evaluate; 0 once it is generating. */
  readonly promptLeft: number;
}

/** How many tokens of which job the next step evaluates. */
export interface StepItem {
  readonly id: number;
  readonly tokens: number;
}

/**
 * What goes into the next step, at most `budget` tokens in all. Ghost text comes first, then chat decode, then chat prefill, then
 * warm-up. While a ghost text has anything to evaluate, other prefill waits: it would make the step, and the key press, longer.
 */
export function planStep(jobs: readonly JobFacts[], budget: number): readonly StepItem[] {
  const items: StepItem[] = [];
  let left = Math.max(1, budget);
  const take = (candidates: readonly JobFacts[]): void => {
    for (const job of candidates) {
      const tokens = Math.min(left, job.promptLeft || 1);
      if (tokens === 0) return;
      items.push({ id: job.id, tokens });
      left -= tokens;
    }
  };
  const ghost = jobs.filter((job) => job.kind === 'ghost');
  take(ghost);
  take(jobs.filter((job) => job.kind === 'chat' && job.promptLeft === 0));
  if (ghost.length > 0) return items;
  take(jobs.filter((job) => job.kind === 'chat' && job.promptLeft > 0));
  if (items.length > 0) return items;
  take(jobs.filter((job) => job.kind === 'warm'));
  return items;
}

/** Longest a step may take while nothing but this session wants the machine, in milliseconds. */
export const stepTargetMilliseconds = 250;

/** Fewest tokens of a prefill step; measured as fast a token as 512 for a 7B model on two cores. */
export const smallestStep = 16;

/**
 * Sizes prefill steps from measured speed, so that a step stays near {@link stepTargetMilliseconds} on any machine and a ghost text or
 * Stop waits for one short step. Starts small, as nothing is known yet.
 */
export class StepSizer {
  private tokensPerMillisecond: number | undefined;

  constructor(private readonly largest: number) {}

  /** Tokens the next step may hold: a multiple of 4, which llama.cpp's CPU kernels like. */
  get size(): number {
    if (this.tokensPerMillisecond === undefined) return Math.min(this.largest, 2 * smallestStep);
    const wanted = Math.floor((this.tokensPerMillisecond * stepTargetMilliseconds) / 4) * 4;
    return Math.min(this.largest, Math.max(smallestStep, wanted));
  }

  /** Reports a finished step. Those below {@link smallestStep} say nothing about prefill and are left out. */
  record(tokens: number, milliseconds: number): void {
    if (tokens < smallestStep || milliseconds <= 0) return;
    const rate = tokens / milliseconds;
    this.tokensPerMillisecond = this.tokensPerMillisecond === undefined ? rate : 0.7 * this.tokensPerMillisecond + 0.3 * rate;
  }
}
