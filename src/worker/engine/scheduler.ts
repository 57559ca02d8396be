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

/** Most tokens of a step, all jobs together. */
export interface StepBudget {
  /** For a step without ghost text. */
  readonly alone: number;
  /** For a step with ghost text. */
  readonly ghost: number;
  /** Whether a chat's prefill may fill up a step with ghost text, or pauses for it. */
  readonly mix: boolean;
}

/**
 * What goes into the next step. Ghost text comes first, then chat decode, then chat prefill, then warm-up. A chat's prefill rides along
 * with a ghost text where that is measured to be short enough: weights that are read anyway serve some tokens more at little cost.
 * Warm-up runs alone: it takes nothing from anybody.
 */
export function planStep(jobs: readonly JobFacts[], budget: StepBudget): readonly StepItem[] {
  const ghosts = jobs.filter(({ kind }) => kind === 'ghost');
  const decoding = jobs.filter(({ kind, promptLeft }) => kind === 'chat' && promptLeft === 0);
  const prefilling = jobs.filter(({ kind, promptLeft }) => kind === 'chat' && promptLeft > 0);
  const items: StepItem[] = [];
  let left = Math.max(1, ghosts.length > 0 ? budget.ghost : budget.alone);
  const take = (candidates: readonly JobFacts[]): void => {
    for (const job of candidates) {
      const tokens = Math.min(left, job.promptLeft || 1);
      if (tokens <= 0) return;
      items.push({ id: job.id, tokens });
      left -= tokens;
    }
  };
  take(ghosts);
  take(decoding);
  if (ghosts.length === 0 || budget.mix) take(prefilling);
  if (items.length === 0) take(jobs.filter(({ kind }) => kind === 'warm'));
  return items;
}
