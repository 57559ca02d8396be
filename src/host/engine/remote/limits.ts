/** How long a server may keep one waiting, in milliseconds. */
export interface RemoteLimits {
  /** For what costs it nothing, as what models it has; of each try. */
  readonly question: number;
  /** For the first token of an answer: a long prompt on a slow machine takes minutes, and others may be served first. */
  readonly firstToken: number;
  /** Silence in the midst of an answer. */
  readonly nextToken: number;
  /** For a whole ghost text: one that comes later is no use. */
  readonly ghostText: number;
  /** Without ghost text after a server could not be reached; doubled with each further time, up to {@link longestPause}. */
  readonly pause: number;
  readonly longestPause: number;
}

export const remoteLimits: RemoteLimits = {
  question: 5_000,
  firstToken: 600_000,
  nextToken: 60_000,
  ghostText: 15_000,
  pause: 2_000,
  longestPause: 60_000,
};
