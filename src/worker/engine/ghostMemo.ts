import type { JobResult, JobSpec } from './job';

/** As many recent answers are remembered: an hour of typing back and forth has fewer places. */
const most = 256;

/** What of a session answers are asked of. */
export interface Answering {
  run(spec: JobSpec, signal: AbortSignal): Promise<JobResult>;
}

/**
 * Remembers what followed a prompt. Ghost text is greedy, so that the same prompt has the same answer: who deletes a letter again is shown
 * at once what was shown before it, and nothing is evaluated for that.
 */
export class GhostMemo {
  /** Tokens that followed a prompt, and whether more could; the most recently used last. */
  private readonly answers = new Map<string, { readonly tokens: readonly number[]; readonly isWhole: boolean }>();

  /** Answers as the session would. What is known of an answer that was cut short comes first, and the session continues from there. */
  async run(session: Answering, spec: JobSpec, signal: AbortSignal): Promise<JobResult> {
    const key = spec.prompt.join();
    const known = this.answers.get(key);
    const told: number[] = [];
    for (const token of known?.tokens ?? []) {
      told.push(token);
      const verdict = spec.onToken?.(token) ?? 'continue';
      if (verdict !== 'continue') return recalled(spec, told, verdict);
      if (told.length >= spec.maxTokens) return recalled(spec, told, 'maxTokens');
    }
    if (known?.isWhole) return recalled(spec, told, 'end');
    const prompt = told.length === 0 ? spec.prompt : [...spec.prompt, ...told];
    const result = await session.run({ ...spec, prompt, maxTokens: spec.maxTokens - told.length }, signal);
    const tokens = [...told, ...result.tokens];
    this.keep(key, tokens, result.stop === 'end');
    const { metrics } = result;
    return {
      ...result,
      tokens,
      metrics: {
        ...metrics,
        promptTokens: spec.prompt.length,
        reusedTokens: Math.min(metrics.reusedTokens, spec.prompt.length),
        generatedTokens: tokens.length,
      },
    };
  }

  private keep(key: string, tokens: readonly number[], isWhole: boolean): void {
    this.answers.delete(key);
    if (tokens.length === 0 && !isWhole) return;
    this.answers.set(key, { tokens, isWhole });
    const [oldest] = this.answers.keys();
    if (this.answers.size > most && oldest !== undefined) this.answers.delete(oldest);
  }
}

function recalled(spec: JobSpec, tokens: readonly number[], stop: JobResult['stop']): JobResult {
  return {
    tokens,
    stop,
    laneTokens: 0,
    metrics: {
      promptTokens: spec.prompt.length,
      reusedTokens: spec.prompt.length,
      evaluatedTokens: 0,
      generatedTokens: tokens.length,
      draftedTokens: 0,
      confirmedTokens: 0,
      firstTokenMilliseconds: 0,
      tokensPerSecond: 0,
      totalMilliseconds: 0,
    },
  };
}
