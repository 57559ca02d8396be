/** How much of a machine's memory a session takes: the policy by which a worker lays it out, and by which the host foretells it. */

/** How the session's memory is laid out. */
export interface Capacity {
  readonly lanes: number;
  /** Tokens of context in each. */
  readonly contextTokens: number;
}

/** Fewest lanes: one for ghost text, one for the chat. More keep more conversations and files at hand; beyond six little is gained. */
export const fewestLanes = 2;
const mostLanes = 6;
/** Share of the free memory that the lanes may take: the editor and everything else has to go on living beside them. */
const wantedShare = 0.3;
/** Share that the fewest lanes may take before the context is made shorter. */
const mostShare = 0.7;
/** Shortest context that a chat about a file is any use with. */
const shortestContext = 1024;

/**
 * How many lanes of what length fit. A context shorter than wanted is better than one lane: with one, every key press would cost the
 * conversation.
 * @param bytesPerToken of KV cache
 * @param freeBytes with the weights already loaded
 */
export function chooseCapacity(wantedContext: number, bytesPerToken: number, freeBytes: number): Capacity {
  let contextTokens = wantedContext;
  while (contextTokens > shortestContext && fewestLanes * contextTokens * bytesPerToken > mostShare * freeBytes) {
    contextTokens = Math.max(shortestContext, Math.floor(contextTokens / 2));
  }
  const fitting = Math.floor((wantedShare * freeBytes) / (contextTokens * bytesPerToken));
  return { lanes: Math.min(mostLanes, Math.max(fewestLanes, fitting)), contextTokens };
}

/** What has to fit before a model is loaded; bytes. */
export interface Need {
  readonly weights: number;
  readonly bytesPerToken: number;
  readonly contextTokens: number;
}

/** For compute buffers, the runtime and the library; a guess on the safe side. */
export const overheadBytes = 250e6;

/** What loading takes at the very least: the weights, and the fewest lanes of the shortest context. */
export function leastBytes({ weights, bytesPerToken, contextTokens }: Need): number {
  return weights + fewestLanes * Math.min(shortestContext, contextTokens) * bytesPerToken + overheadBytes;
}

/** Share of the weights that may be repacked for a mapped file still to be the smaller choice. */
const repackedShare = 0.05;

/**
 * Whether the file is mapped. Mapped weights are shared between windows, and the system can drop and read them again. But weights that
 * llama.cpp repacks for the processor are then in memory twice: 8.6 GB resident were measured for Llama 2 7B in Q4_0, and 5.0 GB unmapped.
 * @param repackedBytes as an earlier load of this model reported it; `undefined` while unknown
 */
export function shouldMap(fileBytes: number, repackedBytes: number | undefined): boolean {
  return repackedBytes !== undefined && repackedBytes <= repackedShare * fileBytes;
}
