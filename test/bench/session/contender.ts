import type { AnswerContent, ChatParams } from '../../../src/contract/chat';
import type { CompletionRequest } from '../../../src/contract/completion';
import type { WarmParams } from '../../../src/contract/warmUp';
import type { Memory } from '../lib/processTreeMemory';

/**
 * An engine under measurement: Paddock's worker or llama-server. It is asked the same requests, and told on by the same clock: times are
 * in milliseconds, from the sending of a request to what its client receives.
 */
export interface Contender {
  readonly name: string;
  chat(params: ChatParams, options?: RequestOptions): Promise<ChatRun>;
  ghost(params: CompletionRequest, options?: RequestOptions): Promise<GhostRun>;
  /** Evaluates ahead, where the engine knows such a thing. */
  warm(params: WarmParams, options?: RequestOptions): Promise<void>;
  /** Says whether somebody types, where the engine wants to know. */
  typing(on: boolean): void;
  /** `undefined` where it cannot be had. */
  memory(): Promise<Memory | undefined>;
  end(): Promise<void>;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Called with each sign of life of a chat. */
  readonly onProgress?: (progress: Progress) => void;
}

/** `at` is in milliseconds from the sending. */
export type Progress =
  /** Prompt tokens that need no more evaluation. */
  | { readonly kind: 'prefill'; readonly at: number; readonly done: number }
  /** Tokens of the answer that arrived. */
  | { readonly kind: 'text'; readonly at: number; readonly tokens: number };

/** What a request cost, in tokens. */
interface Cost {
  /** The prompt as token ids. */
  readonly prompt: readonly number[];
  readonly reused: number;
  readonly evaluated: number;
  readonly generated: number;
  readonly cancelled: boolean;
  /** To its settling. */
  readonly took: number;
  /** Whether the answer's last token was evaluated, too. */
  readonly whole: boolean;
}

export interface ChatRun extends Cost {
  readonly progress: readonly Progress[];
  readonly answer: AnswerContent;
  readonly drafted: number;
  readonly confirmed: number;
}

export interface GhostRun extends Cost {
  /** To the first token; `Infinity` where none came. */
  readonly first: number;
  /** Ids of what was generated; empty where the engine gives text alone. */
  readonly tokens: readonly number[];
}

/** To the first token of an answer; `Infinity` where none came. */
export function firstOf({ progress }: ChatRun): number {
  return progress.find(({ kind }) => kind === 'text')?.at ?? Infinity;
}

/** Evaluated prompt tokens a second, up to the answer's first token; `NaN` where there was none. */
export function prefillRate(run: ChatRun): number {
  return (run.evaluated * 1000) / firstOf(run);
}

/** Tokens a second after those that came first, as they arrived; `NaN` of fewer than two arrivals. */
export function decodeRate({ progress }: Pick<ChatRun, 'progress'>): number {
  const arrivals = progress.filter((each) => each.kind === 'text');
  const [first] = arrivals;
  const last = arrivals.at(-1);
  if (!first || !last || first === last) return NaN;
  const tokens = arrivals.slice(1).reduce((sum, arrival) => sum + arrival.tokens, 0);
  return (tokens * 1000) / (last.at - first.at);
}
