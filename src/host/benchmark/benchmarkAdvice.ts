import { usableFrom, usableGhostMilliseconds } from '../../util/usableSpeed';
import type { Measured, Result } from './benchmarkResults';

/** Why a model and no other; the words are the page's. */
export type Reason = 'only' | 'largestUsable' | 'bestUsable' | 'fastestOfSlow';

export interface Recommended {
  readonly model: Measured;
  readonly reason: Reason;
}

export interface Recommendation {
  /** Nothing where no model could be measured. */
  readonly chat: Recommended | undefined;
  readonly ghostText: Recommended | undefined;
}

/**
 * For the chat the largest model that writes as fast as one reads, as larger ones answer better; for ghost text the one whose texts are
 * most like the file's, of those that come in time. Where none is fast enough, the fastest; never one that failed.
 */
export function recommend(results: readonly Result[]): Recommendation {
  const measured = results.filter((each): each is Measured => each.kind === 'measured');
  return {
    chat: choose(
      measured,
      isUsableChat,
      (a, b) => b.bytes - a.bytes || speed(b) - speed(a),
      (a, b) => speed(b) - speed(a),
      'largestUsable',
    ),
    ghostText: choose(
      measured,
      isUsableGhost,
      (a, b) => quality(b) - quality(a) || latency(a) - latency(b),
      // One that never shows anything is the fastest of all.
      (a, b) => Number(b.figures.ghost.shown > 0) - Number(a.figures.ghost.shown > 0) || compare(latency(a), latency(b)),
      'bestUsable',
    ),
  };
}

export function isUsableChat(model: Measured): boolean {
  return speed(model) >= usableFrom;
}

export function isUsableGhost(model: Measured): boolean {
  return latency(model) <= usableGhostMilliseconds && model.figures.ghost.shown > 0;
}

type Order = (a: Measured, b: Measured) => number;

function choose(
  all: readonly Measured[],
  isUsable: (model: Measured) => boolean,
  best: Order,
  fastest: Order,
  reason: Reason,
): Recommended | undefined {
  const usable = all.filter(isUsable).sort(best);
  const [model] = usable.length > 0 ? usable : [...all].sort(fastest);
  if (!model) return undefined;
  if (usable.length === 0) return { model, reason: 'fastestOfSlow' };
  return { model, reason: usable.length === 1 && all.length === 1 ? 'only' : reason };
}

function speed({ figures }: Measured): number {
  return figures.decodeTokensPerSecond ?? 0;
}

function latency({ figures }: Measured): number {
  return figures.ghost.medianMilliseconds ?? Infinity;
}

function quality({ figures }: Measured): number {
  return figures.ghost.similarity ?? 0;
}

/** Also of two that are endless. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
