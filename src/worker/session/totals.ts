import type { JobPriority } from './scheduler';

/** What a session has done since it began, in tokens; the protocol's `SessionTotals`, whose shape this has. */
export class Totals {
  promptTokens = 0;
  reusedTokens = 0;
  prefillTokens = 0;
  warmTokens = 0;
  decodedTokens = 0;
  refutedTokens = 0;
  confirmedTokens = 0;
  copiedTokens = 0;
  parkedTokens = 0;
  restoredTokens = 0;
}

/** What a job evaluated in a step. */
export interface CountedStep {
  readonly priority: JobPriority;
  readonly tokens: number;
  /** Of those, what the model confirmed. */
  readonly valid: number;
  readonly isPrefill: boolean;
}

export function countStep(totals: Totals, { priority, tokens, valid, isPrefill }: CountedStep): void {
  if (!isPrefill) {
    totals.decodedTokens += valid;
    totals.confirmedTokens += valid - 1;
    totals.refutedTokens += tokens - valid;
  } else if (priority === 'background') totals.warmTokens += tokens;
  else totals.prefillTokens += tokens;
}

/** Of several sessions together. */
export function sumOf(all: readonly Readonly<Totals>[]): Totals {
  const sum = new Totals();
  for (const totals of all) for (const key of Object.keys(sum) as (keyof Totals)[]) sum[key] += totals[key];
  return sum;
}
