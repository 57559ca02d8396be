import type { ChatProgress } from '../contract/chat';
import { append } from '../util/lists';
import { Pace } from '../util/throttle';

/** Text is sent at most this often, in milliseconds: faster than anybody reads, and a screen shows hardly more. */
const interval = 33;

/**
 * Hands on what is heard of an answer, text in fewer and larger pieces where it comes fast: to send a piece keeps a core from the next
 * token. The first piece goes at once.
 */
export class TextPacer {
  private pending: { text: string; tokens: number[] } | undefined;
  private readonly pace: Pace;

  constructor(
    private readonly send: (progress: ChatProgress) => void,
    now: () => number = () => performance.now(),
  ) {
    this.pace = new Pace(interval, () => this.sendPending(), now);
  }

  push(progress: ChatProgress): void {
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

  /** Sends what is held back. */
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
