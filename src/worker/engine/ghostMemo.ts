import type { JobResult, JobSpec } from './job';

/** As many recent answers are remembered: an hour of typing back and forth has fewer places. */
const most = 256;

/** What of a session answers are asked of. */
export interface Answering {
  run(spec: JobSpec, signal: AbortSignal): Promise<JobResult>;
}

/** A prompt and what followed it. */
interface Followed {
  readonly prompt: readonly number[];
  readonly tokens: readonly number[];
  /** Whether the answer ends there, rather than was cut. */
  readonly isWhole: boolean;
}

/**
 * Remembers what followed a prompt. Ghost text is greedy, so that the same prompt has the same answer, and a prompt with the beginning of
 * its answer the rest of it: who deletes a letter again, or types what the model says, is answered at once, and nothing is evaluated twice
 * for that.
 */
export class GhostMemo {
  /** The most recently used last. */
  private readonly known: Followed[] = [];

  /** Answers as the session would. What is known of an answer comes first, and the session continues from there. */
  async run(session: Answering, spec: JobSpec, signal: AbortSignal): Promise<JobResult> {
    const known = this.recall(spec.prompt);
    const told: number[] = [];
    for (const token of known.tokens) {
      told.push(token);
      const verdict = spec.onToken?.(token) ?? 'continue';
      if (verdict !== 'continue') return recalled(spec, told, verdict);
      if (told.length >= spec.maxTokens) return recalled(spec, told, 'maxTokens');
    }
    if (known.isWhole) return recalled(spec, told, 'end');
    const prompt = told.length === 0 ? spec.prompt : [...spec.prompt, ...told];
    const result = await session.run({ ...spec, prompt, maxTokens: spec.maxTokens - told.length }, signal);
    const tokens = [...told, ...result.tokens];
    this.keep({ prompt: spec.prompt, tokens, isWhole: result.stop === 'end' });
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

  /** All that is known of what follows a prompt: one answer may go on where another one was cut. */
  private recall(prompt: readonly number[]): Omit<Followed, 'prompt'> {
    const tokens: number[] = [];
    for (;;) {
      const sofar = [...prompt, ...tokens];
      const found = this.known.findLast((each) => continues(each, sofar));
      if (!found) return { tokens, isWhole: false };
      const rest = found.tokens.slice(sofar.length - found.prompt.length);
      tokens.push(...rest);
      if (found.isWhole) return { tokens, isWhole: true };
    }
  }

  private keep(answer: Followed): void {
    const { prompt, tokens, isWhole } = answer;
    if (tokens.length === 0 && !isWhole) return;
    const before = this.known.findIndex((each) => each.prompt.length === prompt.length && endsAlike(each.prompt, prompt, prompt.length));
    if (before >= 0) this.known.splice(before, 1);
    this.known.push(answer);
    if (this.known.length > most) this.known.shift();
  }
}

/** Whether an answer says something about what follows `tokens`. */
function continues({ prompt, tokens: answer, isWhole }: Followed, tokens: readonly number[]): boolean {
  const inAnswer = tokens.length - prompt.length;
  if (inAnswer < 0 || inAnswer > answer.length || (inAnswer === answer.length && !isWhole)) return false;
  return endsAlike(answer.slice(0, inAnswer), tokens, inAnswer) && endsAlike(prompt, tokens.slice(0, prompt.length), prompt.length);
}

/** Compares the last `count` tokens, from the end: prompts of one file differ there, and are alike at the beginning. */
function endsAlike(a: readonly number[], b: readonly number[], count: number): boolean {
  for (let back = 1; back <= count; back++) if (a.at(-back) !== b.at(-back)) return false;
  return true;
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
