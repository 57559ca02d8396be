import type { DropReason } from '../../contract/completion';
import type { SkipReason } from './completionTrigger';

/**
 * How a request of VS Code's for ghost text ended. `shown`: the model wrote it; `kept`: it is the rest of what was shown; `cancelled`: the
 * next key came first; all others name the reason for there being none.
 */
export type Ending = 'shown' | 'kept' | 'cancelled' | 'failed' | 'notReady' | SkipReason | DropReason;

/** What is counted of ghost text since the window opened. Nothing of it is kept or sent. */
export interface GhostReport {
  /** Requests by how they ended, the most frequent first. */
  readonly endings: readonly { readonly ending: Ending; readonly count: number }[];
  readonly accepted: number;
  /** Times a word or a line was taken of a suggestion. */
  readonly partly: number;
  /** Characters that were typed as the suggestion had them. */
  readonly typedThrough: number;
  readonly acceptedCharacters: number;
  /** Of what the model wrote, from VS Code's request to the answer; `undefined` as long as there is none. */
  readonly latency: { readonly median: number; readonly p95: number } | undefined;
}

/** As many of the last latencies are kept. */
const mostLatencies = 500;

/** Counts what becomes of ghost text. */
export class GhostNumbers {
  private readonly counts = new Map<Ending, number>();
  private readonly latencies: number[] = [];
  private accepted = 0;
  private partly = 0;
  private typedThrough = 0;
  private acceptedCharacters = 0;
  private latest: Ending | undefined;
  /** What is offered now, and where. */
  private offered: Offer | undefined;

  /** How the last request ended that no other one overtook. */
  get last(): Ending | undefined {
    return this.latest;
  }

  /** Half of the last answers took no longer than this; `undefined` as long as there is none. */
  get medianLatency(): number | undefined {
    return quantile(this.latencies, 0.5);
  }

  ended(ending: Ending, milliseconds: number): void {
    this.counts.set(ending, (this.counts.get(ending) ?? 0) + 1);
    if (ending !== 'cancelled') this.latest = ending;
    if (ending !== 'shown') return;
    this.latencies.push(milliseconds);
    if (this.latencies.length > mostLatencies) this.latencies.shift();
  }

  /** A suggestion is given to VS Code. */
  offer(offer: Offer): void {
    this.offered = offer;
  }

  /** A document has changed: part of what is offered was typed or taken, or it is gone. */
  changed(change: Offer): void {
    const { offered } = this;
    if (offered?.document !== change.document) return;
    const { text, offset } = change;
    const fits = change.offset === offered.offset && text !== '' && text.length < offered.text.length && offered.text.startsWith(text);
    this.offered = fits ? { ...offered, offset: offset + text.length, text: offered.text.slice(text.length) } : undefined;
    if (!fits) return;
    // A key types one character; what brings more at once was taken, by word or by line.
    if (Array.from(text).length === 1) {
      this.typedThrough++;
      return;
    }
    this.partly++;
    this.acceptedCharacters += text.length;
  }

  /** The whole of a suggestion, or what was left of it, was taken. */
  taken(characters: number): void {
    this.offered = undefined;
    this.accepted++;
    this.acceptedCharacters += characters;
  }

  report(): GhostReport {
    const { accepted, partly, typedThrough, acceptedCharacters, latencies } = this;
    const median = quantile(latencies, 0.5);
    const p95 = quantile(latencies, 0.95);
    return {
      endings: Array.from(this.counts, ([ending, count]) => ({ ending, count })).sort((a, b) => b.count - a.count),
      accepted,
      partly,
      typedThrough,
      acceptedCharacters,
      latency: median === undefined || p95 === undefined ? undefined : { median, p95 },
    };
  }
}

/** A text at an offset of a document, in characters. */
export interface Offer {
  readonly document: string;
  readonly offset: number;
  readonly text: string;
}

function quantile(values: readonly number[], share: number): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
}
