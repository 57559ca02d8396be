import { noMetrics } from '../../contract/metrics';
import { append } from '../../util/lists';
import type { JobResult, JobSpec, Ranking } from '../session/job';
import { dueAfter, type Beginning } from '../model/vocabulary';

/** As many recent answers are remembered: an hour of typing back and forth has fewer places. */
const most = 256;

/** What of a session answers are asked of. */
export interface Answering {
  run(spec: JobSpec, signal: AbortSignal): Promise<JobResult>;
}

/** Part of an answer. */
interface Known {
  readonly tokens: readonly number[];
  readonly confidences: readonly number[];
  /** Whether the answer ends there, rather than was cut. */
  readonly isWhole: boolean;
}

/** A prompt and what followed it. */
interface Followed extends Known {
  readonly prompt: readonly number[];
  /** What the answer had to begin with. */
  readonly begin: Beginning | undefined;
}

/** A prompt and the likeliest tokens behind it, of those that its answer could begin with. */
interface Ranked {
  readonly prompt: readonly number[];
  /** What the answer had to begin with; `''` where it was free. */
  readonly text: string;
  readonly ranking: Ranking;
}

/** As many words were begun lately that may be typed on. */
const mostRanked = 64;

/**
 * Remembers what followed a prompt. Ghost text is greedy, so that the same prompt has the same answer, and a prompt with the beginning of
 * its answer the rest of it: who deletes a letter again, or types what the model says, is answered at once, and nothing is evaluated twice
 * for that. Where the next letter of a word is not the one in the answer, its first token is still known: the likeliest of those that were
 * considered and go with the letter.
 */
export class CompletionCache {
  /** The most recently used last. */
  private readonly known: Followed[] = [];
  /** The latest last. */
  private readonly ranked: Ranked[] = [];

  /** Answers as the session would. What is known of an answer comes first, and the session continues from there. */
  async run(session: Answering, spec: JobSpec, signal: AbortSignal): Promise<JobResult> {
    const told: number[] = [];
    const confidences: number[] = [];
    for (;;) {
      // The likeliest token stays the same when fewer may be chosen, how likely it is does not.
      const known = this.choose(spec, told) ?? this.recall(spec, told);
      if (!known) break;
      for (const [index, token] of known.tokens.entries()) {
        told.push(token);
        const confidence = known.confidences[index];
        if (confidence !== undefined) confidences.push(confidence);
        const verdict = spec.onToken?.(token, confidence) ?? 'continue';
        if (verdict !== 'continue') return recalled(spec, told, verdict);
        if (told.length >= spec.maxTokens) return recalled(spec, told, 'maxTokens');
      }
      if (known.isWhole) return recalled(spec, told, 'end');
    }
    const rest = continued(spec, told);
    const result = await session.run(rest, signal);
    this.rank(rest, result.ranking);
    const tokens = [...told, ...result.tokens];
    append(confidences, result.confidences);
    this.keep({ prompt: spec.prompt, begin: spec.begin, tokens, confidences, isWhole: result.stop === 'end' });
    const { metrics } = result;
    // What is known of the answer was part of the session's prompt, but is not of this one's.
    const reusedTokens = Math.min(metrics.reusedTokens, spec.prompt.length);
    return {
      ...result,
      tokens,
      confidences,
      metrics: {
        ...metrics,
        promptTokens: spec.prompt.length,
        reusedTokens,
        evaluatedTokens: Math.min(metrics.evaluatedTokens, spec.prompt.length - reusedTokens),
        firstTokenMilliseconds: told.length > 0 ? 0 : metrics.firstTokenMilliseconds,
        generatedTokens: tokens.length,
      },
    };
  }

  /** What an answer is known to go on with; `undefined` where nothing is known. */
  private recall(spec: JobSpec, told: readonly number[]): Known | undefined {
    const sofar = [...spec.prompt, ...told];
    const found = this.known.findLast((each) => continues(each, sofar) && beginsAlike(each, spec, told));
    if (!found) return undefined;
    const from = sofar.length - found.prompt.length;
    return { tokens: found.tokens.slice(from), confidences: found.confidences.slice(from), isWhole: found.isWhole };
  }

  /** The next token of an answer in the midst of what it has to begin with, if it was considered when less of that was known. */
  private choose({ prompt, begin }: JobSpec, told: readonly number[]): Known | undefined {
    const due = begin && dueAfter(begin, told);
    if (!begin || due === undefined || due === '') return undefined;
    const sofar = [...prompt, ...told];
    const found = this.ranked.findLast(
      (each) => each.prompt.length === sofar.length && due.startsWith(each.text) && endsAlike(each.prompt, sofar, sofar.length),
    );
    const fitting = found?.ranking.filter(([token]) => begin.vocabulary.canBegin(token, due)) ?? [];
    const [best] = fitting;
    if (!best) return undefined;
    const [token, highest] = best;
    const weight = fitting.reduce((sum, [, logit]) => sum + Math.exp(logit - highest), 0);
    return { tokens: [token], confidences: [1 / weight], isWhole: false };
  }

  private rank({ prompt, begin }: JobSpec, ranking: Ranking | undefined): void {
    if (!ranking) return;
    this.ranked.push({ prompt, text: begin?.text ?? '', ranking });
    if (this.ranked.length > mostRanked) this.ranked.shift();
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
    metrics: { ...noMetrics, promptTokens: spec.prompt.length, reusedTokens: spec.prompt.length, generatedTokens: tokens.length },
  };
}
