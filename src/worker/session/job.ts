import type { LaneRole } from '../../contract/sessionFacts';
import type { Sampling } from '../../contract/chat';
import type { Metrics, StopReason } from '../../contract/metrics';
import type { JobFacts, JobPriority } from './scheduler';
import type { Beginning } from '../model/vocabulary';

/** How the next token is chosen. */
export interface JobSampling extends Sampling {
  /** Divides the odds of tokens among the last generated; 1 or nothing leaves them. */
  readonly repeatPenalty?: number;
}

/** A request to the session: a prompt, and what to do with each generated token. */
export interface JobSpec {
  readonly priority: JobPriority;
  /** Whose lane it wants: ghost text's or the chat's. */
  readonly role: LaneRole;
  /** What it is about, as the host calls it; said of the lane that serves it. */
  readonly subject?: string | undefined;
  readonly prompt: readonly number[];
  /** Most tokens to generate; 0 only evaluates the prompt. */
  readonly maxTokens: number;
  readonly sampling: JobSampling;
  /** Whether tokens may be drafted by prompt lookup. */
  readonly drafts?: boolean;
  /** What the answer has to begin with. */
  readonly begin?: Beginning;
  /** Whether it is wanted what else the first token might have been. */
  readonly ranking?: boolean;
  /** Whether the tokens' confidence is wanted; only where sampling is greedy. */
  readonly confidence?: boolean;
  /** Prompt tokens that need no more evaluation, after each step of prefill. */
  readonly onPrefill?: (done: number) => void;
  /**
   * Called for each generated token but the one that ends the answer. Anything but `continue` ends the job; the token counts.
   * @param confidence see {@link Sampled}
   */
  readonly onToken?: (token: number, confidence: number | undefined) => 'continue' | 'rule' | 'repetition';
}

/**
 * Whether a job only evaluates its prompt ahead of a request. One that generates ahead needs a lane of its own like any request, although
 * it has the same priority.
 */
export function isWarmUp({ priority, maxTokens }: JobSpec): boolean {
  return priority === 'background' && maxTokens === 0;
}

/** A token that the model chose. */
export interface Sampled {
  readonly token: number;
  /** Its probability among all tokens that may be chosen, 0 to 1; `undefined` where that was not asked for. */
  readonly confidence?: number | undefined;
  /** The likeliest tokens of those that may be chosen, where that was asked for. */
  readonly ranking?: Ranking | undefined;
}

/** Tokens with their logits, the likeliest first. */
export type Ranking = readonly (readonly [token: number, logit: number])[];

/** What a job puts into a step. */
export interface StepPiece {
  readonly tokens: readonly number[];
  readonly samples: number;
}

export interface JobResult {
  readonly tokens: readonly number[];
  /** Of each token; empty where it was not asked for. */
  readonly confidences: readonly number[];
  /** What the first token might have been, the one that ended the answer included; `undefined` where it was not asked for, or none came. */
  readonly ranking?: Ranking | undefined;
  readonly stop: StopReason;
  readonly metrics: Metrics;
  /** Tokens whose KV is in the lane at the end. */
  readonly laneTokens: number;
}

/** The clock of {@link Job}, in milliseconds. */
export type Clock = () => number;

/** A job under way: how far its prompt is evaluated and what it has generated. Knows nothing of llama.cpp. */
export class Job {
  readonly generated: number[] = [];
  private readonly confidences: number[] = [];
  private ranking: Ranking | undefined;
  /** The prompt and what was generated. */
  readonly history: number[];
  /** Prompt tokens that are in the lane. */
  private inLane = 0;
  private reused = 0;
  private evaluated = 0;
  private drafted = 0;
  private confirmed = 0;
  private readonly arrived: number;
  private begunAt = 0;
  /** When the last part of the prompt was evaluated so far. */
  private evaluatedAt = 0;
  private firstTokenAt: number | undefined;
  private lastTokenAt: number | undefined;

  constructor(
    readonly id: number,
    readonly spec: JobSpec,
    readonly signal: AbortSignal,
    private readonly now: Clock,
  ) {
    this.arrived = now();
    this.history = [...spec.prompt];
  }

  /** Prompt tokens still to evaluate. */
  get promptLeft(): number {
    return this.spec.prompt.length - this.inLane;
  }

  /**
   * As the scheduler sees it.
   * @param context tokens in its lane
   */
  facts(context: number): JobFacts {
    return { id: this.id, priority: this.spec.priority, promptLeft: this.promptLeft, context };
  }

  /** What evaluating the prompt has taken so far, from when it had its lane. */
  get prefillMilliseconds(): number {
    return this.evaluatedAt - this.begunAt;
  }

  /** Records how much of the prompt the lane already had. */
  begin(reused: number): void {
    this.inLane = reused;
    this.reused = reused;
    this.begunAt = this.now();
    this.evaluatedAt = this.begunAt;
    this.spec.onPrefill?.(this.inLane);
  }

  /**
   * The next `count` tokens to evaluate, and how many of them, from the last one backwards, are to yield a token. While generating,
   * `draft` follows the token that is due.
   */
  piece(count: number, draft: readonly number[] = []): StepPiece {
    if (this.promptLeft > 0) {
      const tokens = this.spec.prompt.slice(this.inLane, this.inLane + count);
      return { tokens, samples: tokens.length === this.promptLeft && this.spec.maxTokens > 0 ? 1 : 0 };
    }
    const tokens = [...this.generated.slice(-1), ...draft];
    return { tokens, samples: tokens.length };
  }

  /** Records that a piece of the prompt was evaluated. */
  advance(count: number): void {
    if (this.promptLeft === 0) return;
    this.inLane += count;
    this.evaluated += count;
    this.evaluatedAt = this.now();
    this.spec.onPrefill?.(this.inLane);
  }

  /** Records what became of a draft. */
  judged(drafted: number, confirmed: number): void {
    this.drafted += drafted;
    this.confirmed += confirmed;
  }

  /** Takes a sampled token; says why the job ends with it, if it does. */
  accept({ token, confidence, ranking }: Sampled, isEnd: boolean): StopReason | undefined {
    this.lastTokenAt = this.now();
    this.firstTokenAt ??= this.lastTokenAt;
    this.ranking ??= ranking;
    if (isEnd) return 'end';
    this.generated.push(token);
    if (confidence !== undefined) this.confidences.push(confidence);
    this.history.push(token);
    const verdict = this.spec.onToken?.(token, confidence) ?? 'continue';
    if (verdict !== 'continue') return verdict;
    return this.generated.length >= this.spec.maxTokens ? 'maxTokens' : undefined;
  }

  result(stop: StopReason, laneTokens: number): JobResult {
    const decodeTime = (this.lastTokenAt ?? 0) - (this.firstTokenAt ?? 0);
    return {
      tokens: this.generated,
      confidences: this.confidences,
      ranking: this.ranking,
      stop,
      laneTokens,
      metrics: {
        promptTokens: this.spec.prompt.length,
        reusedTokens: this.reused,
        evaluatedTokens: this.evaluated,
        generatedTokens: this.generated.length,
        draftedTokens: this.drafted,
        confirmedTokens: this.confirmed,
        firstTokenMilliseconds: this.firstTokenAt === undefined ? 0 : this.firstTokenAt - this.arrived,
        tokensPerSecond: this.generated.length > 1 && decodeTime > 0 ? ((this.generated.length - 1) * 1000) / decodeTime : 0,
        totalMilliseconds: this.now() - this.arrived,
      },
    };
  }
}
