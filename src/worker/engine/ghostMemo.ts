import type { JobResult, JobSpec } from './job';
import { dueAfter, type Beginning } from './vocabulary';

/** As many recent answers are remembered: an hour of typing back and forth has fewer places. */
const most = 256;

/** What of a session answers are asked of. */
export interface Answering {
  run(spec: JobSpec, signal: AbortSignal): Promise<JobResult>;
}

/** A prompt and what followed it. */
interface Followed {
  readonly prompt: readonly number[];
  /** What the answer had to begin with. */
  readonly begin: Beginning | undefined;
  readonly tokens: readonly number[];
  readonly confidences: readonly number[];
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
    const known = this.recall(spec);
    const told: number[] = [];
    for (const [index, token] of known.tokens.entries()) {
      told.push(token);
      const verdict = spec.onToken?.(token, known.confidences[index]) ?? 'continue';
      if (verdict !== 'continue') return recalled(spec, told, verdict);
      if (told.length >= spec.maxTokens) return recalled(spec, told, 'maxTokens');
    }
    if (known.isWhole) return recalled(spec, told, 'end');
    const result = await session.run(continued(spec, told), signal);
    const tokens = [...told, ...result.tokens];
    const confidences = [...known.confidences, ...result.confidences];
    this.keep({ prompt: spec.prompt, begin: spec.begin, tokens, confidences, isWhole: result.stop === 'end' });
    const { metrics } = result;
    return {
      ...result,
      tokens,
      confidences,
      metrics: {
        ...metrics,
        promptTokens: spec.prompt.length,
        reusedTokens: Math.min(metrics.reusedTokens, spec.prompt.length),
        generatedTokens: tokens.length,
      },
    };
  }

  /** All that is known of what follows a prompt: one answer may go on where another one was cut. */
  private recall(spec: JobSpec): Pick<Followed, 'tokens' | 'confidences' | 'isWhole'> {
    const tokens: number[] = [];
    const confidences: number[] = [];
    for (;;) {
      const sofar = [...spec.prompt, ...tokens];
      const found = this.known.findLast((each) => continues(each, sofar) && beginsAlike(each, spec, tokens));
      if (!found) return { tokens, confidences, isWhole: false };
      const from = sofar.length - found.prompt.length;
      tokens.push(...found.tokens.slice(from));
      confidences.push(...found.confidences.slice(from));
      if (found.isWhole) return { tokens, confidences, isWhole: true };
    }
  }

  private keep(answer: Followed): void {
    const { prompt, begin, tokens, isWhole } = answer;
    if (tokens.length === 0 && !isWhole) return;
    const before = this.known.findIndex(
      (each) => each.begin?.text === begin?.text && each.prompt.length === prompt.length && endsAlike(each.prompt, prompt, prompt.length),
    );
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

/**
 * Whether the rest of an answer is what the model would say here, too: it was free to say all that may be said here, and what it said
 * begins as it has to. Which of the tokens that may be chosen is the likeliest does not change when fewer may.
 * @param sofar tokens of the answer that are known already
 */
function beginsAlike({ prompt, begin, tokens, isWhole }: Followed, spec: JobSpec, sofar: readonly number[]): boolean {
  const inAnswer = spec.prompt.length + sofar.length - prompt.length;
  const itsDue = begin === undefined ? '' : dueAfter(begin, tokens.slice(0, inAnswer));
  if (!spec.begin) return itsDue === '';
  const due = dueAfter(spec.begin, sofar);
  if (itsDue === undefined || due?.startsWith(itsDue) !== true) return false;
  const left = dueAfter({ ...spec.begin, text: due }, tokens.slice(inAnswer));
  return left !== undefined && (left === '' || !isWhole);
}

/** What is still to be asked for when some tokens of the answer are known. */
function continued(spec: JobSpec, told: readonly number[]): JobSpec {
  if (told.length === 0) return spec;
  const rest = { ...spec, prompt: [...spec.prompt, ...told], maxTokens: spec.maxTokens - told.length };
  return spec.begin ? { ...rest, begin: { ...spec.begin, text: dueAfter(spec.begin, told) ?? '' } } : rest;
}

/** Compares the last `count` tokens, from the end: prompts of one file differ there, and are alike at the beginning. */
function endsAlike(a: readonly number[], b: readonly number[], count: number): boolean {
  for (let back = 1; back <= count; back++) if (a.at(-back) !== b.at(-back)) return false;
  return true;
}

function recalled(spec: JobSpec, tokens: readonly number[], stop: JobResult['stop']): JobResult {
  return {
    tokens,
    confidences: [],
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
