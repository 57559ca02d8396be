import { chooseCapacity, fewestLanes, leastBytes, overheadBytes } from '../../../util/memoryBudget';
import { fastFrom, usableFrom } from '../../../util/usableSpeed';

/** What a model asks of a machine; from the catalogue, or from its file. */
export interface ModelNeed {
  readonly weightBytes: number;
  readonly kvBytesPerToken: number;
  readonly layers: number;
  readonly trainContextTokens: number;
}

/** What a machine has to give. */
export interface Machine {
  /** Memory that can be had for a model, what the loaded one would give back counted in. */
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** How fast weights come from memory, all cores together; as measured. */
  readonly bytesPerSecond: number;
  readonly gpu?: { readonly name: string; readonly freeBytes: number } | undefined;
}

export type Verdict = 'fast' | 'usable' | 'slow' | 'doesNotFit';

/** From the worst to the best. */
export const verdicts: readonly Verdict[] = ['doesNotFit', 'slow', 'usable', 'fast'];

export interface Fit {
  readonly verdict: Verdict;
  /** Expected while decoding; also where it does not fit, as if it did. */
  readonly tokensPerSecond: number;
  /** With the context it would get. */
  readonly neededBytes: number;
  /** Of memory and of the GPU's together. */
  readonly availableBytes: number;
  /** Tokens of context in each lane; fewer than wanted where memory is short. */
  readonly contextTokens: number;
  /** Of the model's layers, those whose weights go to the GPU. */
  readonly gpuLayers: number;
}

/** Share of the bandwidth, as `machine.ts` measures it, that decoding gets: 45 GB/s of some 50 with a 3.8 GB model on two cores. */
export const decodeShare = 0.9;
/** What each layer costs besides its weights: starting and joining threads. Measured with a 30-layer model of 98 MB, 122 tokens a second. */
const secondsPerLayer = 0.0002;
/** Tokens whose KV a step reads in a conversation of usual length. */
const usualTokens = 1024;
/** A GPU reads its memory many times faster; a guess on the low side, as none is measured. */
const gpuTimesFaster = 3;
/** Share of the GPU's free memory that is used; its driver and the screen want some. */
const gpuShare = 0.9;

/** Whether and how well a model runs on a machine. Where it fits, `neededBytes` is at most `availableBytes`. */
export function fit(need: ModelNeed, machine: Machine, contextTokens: number): Fit {
  const { weightBytes, kvBytesPerToken: bytesPerToken, layers, trainContextTokens } = need;
  const wanted = Math.min(contextTokens, trainContextTokens);
  const gpuBytes = (machine.gpu?.freeBytes ?? 0) * gpuShare;
  const availableBytes = machine.freeBytes + gpuBytes;
  const left = Math.max(0, availableBytes - weightBytes - overheadBytes);
  const given = chooseCapacity(wanted, bytesPerToken, left).contextTokens;
  const neededBytes = weightBytes + fewestLanes * given * bytesPerToken + overheadBytes;
  const gpuLayers = Math.min(layers, Math.floor((layers * gpuBytes) / neededBytes));
  const share = gpuLayers / layers;
  const read = weightBytes + Math.min(wanted, usualTokens) * bytesPerToken;
  const seconds = (read * (1 - share + share / gpuTimesFaster)) / (machine.bytesPerSecond * decodeShare) + layers * secondsPerLayer;
  const tokensPerSecond = 1 / seconds;
  const fits = leastBytes({ weights: weightBytes, bytesPerToken, contextTokens: wanted }) <= availableBytes;
  return {
    verdict: fits ? verdictOf(tokensPerSecond) : 'doesNotFit',
    tokensPerSecond,
    neededBytes,
    availableBytes,
    contextTokens: given,
    gpuLayers,
  };
}

function verdictOf(tokensPerSecond: number): Verdict {
  if (tokensPerSecond >= fastFrom) return 'fast';
  return tokensPerSecond >= usableFrom ? 'usable' : 'slow';
}
