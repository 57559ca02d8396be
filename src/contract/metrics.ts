export type StopReason =
  /** The model ended its answer. */
  | 'end'
  /** `maxTokens` reached. */
  | 'maxTokens'
  /** The lane is full. */
  | 'contextFull'
  /** A stop rule for ghost text. */
  | 'rule'
  /** The answer had begun to repeat itself without end. */
  | 'repetition'
  | 'cancelled';

/** What a request cost. Every answer carries it. */
export interface Metrics {
  readonly promptTokens: number;
  /** Prompt tokens whose KV was already in the lane. */
  readonly reusedTokens: number;
  /** Prompt tokens evaluated for this request. */
  readonly evaluatedTokens: number;
  readonly generatedTokens: number;
  /** Tokens drafted by prompt lookup, and of those the ones the model confirmed. */
  readonly draftedTokens: number;
  readonly confirmedTokens: number;
  /** From the request's arrival in the worker to its first token; 0 if there was none. */
  readonly firstTokenMilliseconds: number;
  /** Decode rate after the first token; 0 below two tokens. */
  readonly tokensPerSecond: number;
  readonly totalMilliseconds: number;
}

/** The metrics of a request that cost nothing. */
export const noMetrics: Metrics = {
  promptTokens: 0,
  reusedTokens: 0,
  evaluatedTokens: 0,
  generatedTokens: 0,
  draftedTokens: 0,
  confirmedTokens: 0,
  firstTokenMilliseconds: 0,
  tokensPerSecond: 0,
  totalMilliseconds: 0,
};
