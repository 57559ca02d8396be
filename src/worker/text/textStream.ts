import { append } from '../../util/lists';

/** Turns the ids of tokens into text. `previous` are the ids before them, which decide about a leading space. */
export type Detokenize = (tokens: readonly number[], previous: readonly number[]) => string;

/** How many ids before a piece are handed to the detokenizer. */
const contextOfPiece = 8;

/** Tokens that may join character to character without a break between them; longer runs are no text and are cut anywhere. */
const longestPending = 64;

/**
 * Text of generated tokens, as a stream. A character whose bytes are split over tokens is held back until it is whole, so that what was
 * emitted never has to be taken back.
 */
export class TextStream {
  /** Tokens since the last one that ended with a whole character, and how much of their text was emitted. */
  private pending: number[] = [];
  private emitted = 0;
  private readonly before: number[];

  constructor(
    private readonly detokenize: Detokenize,
    promptTail: readonly number[],
  ) {
    this.before = promptTail.slice(-contextOfPiece);
  }

  /** Text that this token completes; often empty for byte tokens. */
  push(token: number): string {
    this.pending.push(token);
    const text = this.detokenize(this.pending, this.before);
    // The decoder gives one replacement character for the bytes of a character that is not whole yet.
    const isWhole = !text.endsWith('\uFFFD') || this.pending.length >= longestPending;
    const shown = isWhole ? text : text.slice(0, -1);
    const piece = shown.slice(this.emitted);
    this.emitted = shown.length;
    if (isWhole) this.settle();
    return piece;
  }

  private settle(): void {
    append(this.before, this.pending);
    this.before.splice(0, Math.max(0, this.before.length - contextOfPiece));
    this.pending = [];
    this.emitted = 0;
  }
}

/** A run of tokens this long, repeated this often, is no answer any more but a loop. */
const longestPeriod = 48;
const leastRepeats = 4;
const leastLooping = 48;

/** Whether `tokens` end in the same run of tokens over and over, as small models' answers sometimes do without end. */
export function isLooping(tokens: readonly number[]): boolean {
  for (let period = 1; period <= longestPeriod; period++) {
    const length = Math.max(leastLooping, period * leastRepeats);
    if (length > tokens.length) continue;
    const from = tokens.length - length;
    let index = tokens.length - 1;
    while (index - period >= from && tokens[index] === tokens[index - period]) index--;
    if (index - period < from) return true;
  }
  return false;
}
