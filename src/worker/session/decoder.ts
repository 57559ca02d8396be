import type { StopReason } from '../../contract/metrics';
import type { TokenBias } from 'node-llama-cpp';
import { DraftPolicy, longestDraft, lookUpDraft, type Draft } from './promptLookup';
import { endsAnswer } from '../model/endTokens';
import type { Job, Sampled, JobSampling, StepPiece } from './job';
import type { Draw } from './lane';
import { asTokens, type LoadedModel } from '../model/loadModel';
import { dueAfter } from '../model/vocabulary';

/** As many of the last tokens count for a repeat penalty. */
const penaltyWindow = 64;

/** As many of the likeliest tokens are reported: of those that go on with a word, the likeliest is among them, or not likely at all. */
const rankedTokens = 256;

/** What a step did for a job. */
export interface StepOutcome {
  /** Of the piece's tokens, those that stay in the lane. */
  readonly valid: number;
  readonly stop: StopReason | undefined;
}

/** Drafts tokens, says how the next ones are drawn, and judges what came. */
export class Generation {
  private readonly blank = new Map<number, boolean>();
  private readonly policy: DraftPolicy;
  /** Length of the key of each job's latest draft. */
  private readonly keys = new WeakMap<Job, number>();

  /** @param stepTime milliseconds of a step by its tokens; `undefined` while unknown */
  constructor(
    private readonly loaded: Pick<LoadedModel, 'model' | 'onlyOf'>,
    stepTime: (tokens: number) => number | undefined,
  ) {
    this.policy = new DraftPolicy(stepTime);
  }

  /**
   * Tokens to evaluate beside the one that is due, because the model is likely to choose them.
   * @param room tokens that fit the lane after the one that is due
   */
  draft(job: Job, room: number): readonly number[] {
    const most = Math.min(longestDraft, room, job.spec.maxTokens - job.generated.length - 1);
    if (!job.spec.drafts || job.promptLeft > 0 || most <= 0) return [];
    const draft: Draft = lookUpDraft(job.history, most);
    const length = this.policy.length(draft);
    this.keys.set(job, draft.key);
    return draft.tokens.slice(0, length);
  }

  /** How the tokens after the sampled positions of a piece are chosen. */
  draws(job: Job, piece: StepPiece): readonly Draw[] {
    const drafted = piece.tokens.slice(piece.tokens.length - piece.samples + 1);
    return Array.from({ length: piece.samples }, (_, index) => ({
      sampling: samplingOfToken(job.spec.sampling, job.generated.length + index),
      punished: this.punished(job, drafted.slice(0, index)),
      bias: this.bias(job, drafted.slice(0, index)),
      confidence: job.spec.confidence,
      ranked: job.spec.ranking && job.generated.length + index === 0 ? rankedTokens : 0,
    }));
  }

  /**
   * Hands the job the tokens that came, as far as the draft was right.
   * @param next the token after each sampled position
   */
  accept(job: Job, piece: StepPiece, next: readonly (Sampled | undefined)[]): StepOutcome {
    const wasPrefill = job.promptLeft > 0;
    if (wasPrefill) job.advance(piece.tokens.length);
    if (piece.samples === 0) return { valid: piece.tokens.length, stop: job.promptLeft === 0 ? 'end' : undefined };
    const draft = wasPrefill ? [] : piece.tokens.slice(1);
    const before = piece.tokens.length - piece.samples;
    for (const [index, sampled] of next.entries()) {
      const stop = sampled === undefined ? 'end' : job.accept(sampled, endsAnswer(this.loaded.model, sampled.token));
      if (stop === undefined && index < draft.length && draft[index] === sampled?.token) continue;
      this.judge(job, draft.length, index);
      return { valid: before + index + 1, stop };
    }
    return { valid: piece.tokens.length, stop: undefined };
  }

  private judge(job: Job, drafted: number, confirmed: number): void {
    if (drafted === 0) return;
    job.judged(drafted, confirmed);
    this.policy.record(this.keys.get(job) ?? 0, drafted, confirmed);
  }

  /** The tokens that a repeat penalty is for: the last generated, but for white space, which code repeats by right. */
  private punished(job: Job, drafted: readonly number[]): readonly number[] {
    if ((job.spec.sampling.repeatPenalty ?? 1) === 1) return [];
    return [...job.generated.slice(-penaltyWindow), ...drafted].slice(-penaltyWindow).filter((token) => !this.isBlank(token));
  }

  /** Lets only such tokens be chosen as the answer can begin with, as long as it has to begin with something. */
  private bias({ spec: { begin }, generated }: Job, drafted: readonly number[]): TokenBias | undefined {
    const due = begin && dueAfter(begin, [...generated, ...drafted]);
    if (!begin || due === undefined || due === '') return undefined;
    return this.loaded.onlyOf(begin.vocabulary.beginning(due));
  }

  private isBlank(token: number): boolean {
    let blank = this.blank.get(token);
    if (blank === undefined) {
      blank = this.loaded.model.detokenize(asTokens([token])).trim() === '';
      this.blank.set(token, blank);
    }
    return blank;
  }
}

/**
 * The library makes a new sampler for each call, and seeds it by the second where no seed is given: each token gets one of its own,
 * derived from the request's, so that a request can be repeated and no two tokens are drawn alike.
 */
function samplingOfToken(sampling: JobSampling, index: number): JobSampling {
  return { ...sampling, seed: (Math.imul(sampling.seed ^ (index + 1), 0x9e3779b1) >>> 0) % 0x7fffffff };
}
