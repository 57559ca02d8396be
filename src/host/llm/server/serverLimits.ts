/** Longest waits for a server, in milliseconds. */
export interface RemoteLimits {
  /** Limits each try of a request that costs the server nothing, such as the list of models. */
  readonly question: number;
  /** Limits each look at which program the server is. One that does not know a path may leave it unanswered. */
  readonly detection: number;
  /** Limits the wait for the first token. A long prompt on a slow machine takes minutes, and others may be served first. */
  readonly firstToken: number;
  /** Silence in the midst of an answer. */
  readonly nextToken: number;
  /** Limits the wait for the cost of an answer, which comes after its end. */
  readonly afterEnd: number;
  /** Limits a whole answer. 2,000 tokens at one a second take 33 minutes. */
  readonly answer: number;
  /** Limits a whole completion. A later one is of no use. */
  readonly ghostText: number;
  /** Without ghost text after a server could not be reached; doubled with each further time, up to {@link longestPause}. */
  readonly pause: number;
  readonly longestPause: number;
}

export const remoteLimits: RemoteLimits = {
  question: 5_000,
  detection: 5_000,
  firstToken: 600_000,
  nextToken: 60_000,
  afterEnd: 2_000,
  answer: 3_600_000,
  ghostText: 15_000,
  pause: 2_000,
  longestPause: 60_000,
};

/** Characters that an answer may have for each token that was asked for, and at all. A token of code has about four. */
const CHARACTERS_PER_TOKEN = 32;
const MAX_CHARACTERS = 4_000_000;
/** The same for ghost text, which is short and judged again with every piece. */
const COMPLETION_CHARACTERS_PER_TOKEN = 16;

/** Characters of an answer beyond which a server has lost its way. */
export function maxAnswerCharacters(maxTokens: number): number {
  return maxTokens > 0 ? Math.min(MAX_CHARACTERS, maxTokens * CHARACTERS_PER_TOKEN) : MAX_CHARACTERS;
}

export function maxCompletionCharacters(maxTokens: number): number {
  return maxTokens * COMPLETION_CHARACTERS_PER_TOKEN;
}
