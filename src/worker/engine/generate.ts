/** Turns the ids of tokens into text. `previous` are the ids before them, which decide about a leading space. */
export type Detokenize = (tokens: readonly number[], previous: readonly number[]) => string;

/** How many ids before a piece are handed to the detokenizer. */
const contextOfPiece = 8;

/** A character needs four bytes at most, and a byte token carries one: beyond that the bytes are no UTF-8 and are shown as they are. */
const longestPending = 4;

/**
 * Text of generated tokens, as a stream. A character whose bytes are split over tokens is held back until it is whole, so that what was
 * emitted never has to be taken back.
 */
export class TextStream {
  private pending: number[] = [];
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
    if (text.endsWith('\uFFFD') && this.pending.length < longestPending) return '';
    this.before.push(...this.pending);
    this.before.splice(0, Math.max(0, this.before.length - contextOfPiece));
    this.pending = [];
    return text;
  }
}

/**
 * Ends a stream of text at the first of several stop strings, for models that do not end an answer by a token. Text that could be the
 * beginning of one is held back.
 */
export class StopStrings {
  private held = '';

  constructor(private readonly stops: readonly string[]) {}

  /** Text that is safe to show, and whether a stop string was met. */
  push(text: string): { readonly text: string; readonly stopped: boolean } {
    const all = this.held + text;
    const at = this.stops.map((stop) => all.indexOf(stop)).filter((index) => index >= 0);
    if (at.length > 0) {
      this.held = '';
      return { text: all.slice(0, Math.min(...at)), stopped: true };
    }
    const keep = longestSuffixThatBegins(all, this.stops);
    this.held = all.slice(all.length - keep);
    return { text: all.slice(0, all.length - keep), stopped: false };
  }

  /** What is still held back, when the stream ends otherwise. */
  flush(): string {
    const rest = this.held;
    this.held = '';
    return rest;
  }
}

function longestSuffixThatBegins(text: string, stops: readonly string[]): number {
  const longest = Math.min(text.length, Math.max(0, ...stops.map((stop) => stop.length - 1)));
  for (let length = longest; length > 0; length--) {
    const tail = text.slice(text.length - length);
    if (stops.some((stop) => stop.startsWith(tail))) return length;
  }
  return 0;
}
