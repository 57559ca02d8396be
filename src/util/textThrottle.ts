import { append } from './lists';
import { Pace } from './throttle';

/** Milliseconds between two pieces of text: a screen shows hardly more, and nobody reads faster. */
const INTERVAL = 33;

/** Text of an answer, with the token ids behind it. */
interface TextPiece {
  readonly kind: 'text';
  readonly text: string;
  readonly tokens: readonly number[];
}

/**
 * Throttles the text of an answer at its source. Pieces that come fast are joined into fewer and larger ones: in the worker, sending a piece
 * keeps a core from the next token, and in the host each piece costs a message to the page and a paint. The first piece is sent at once, and
 * other progress is sent at once behind the text before it.
 */
export class TextThrottle<Other extends { readonly kind: 'prefill' } = never> {
  private pending: { text: string; tokens: number[] } | undefined;
  private readonly pace: Pace;

  /** @param now in milliseconds */
  constructor(
    private readonly send: (progress: TextPiece | Other) => void,
    now: () => number,
  ) {
    this.pace = new Pace(INTERVAL, () => this.sendPending(), now);
  }

  push(progress: TextPiece | Other): void {
    if (progress.kind === 'prefill') {
      this.flush();
      this.send(progress);
      return;
    }
    this.pending ??= { text: '', tokens: [] };
    this.pending.text += progress.text;
    append(this.pending.tokens, progress.tokens);
    this.pace.ask();
  }

  /** Sends the text that waits. Must be called when the answer ends. */
  flush(): void {
    this.pace.flush();
  }

  private sendPending(): boolean {
    const { pending } = this;
    if (!pending) return false;
    this.pending = undefined;
    this.send({ kind: 'text', ...pending });
    return true;
  }
}
