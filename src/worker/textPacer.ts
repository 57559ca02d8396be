import type { ChatProgress } from '../protocol/worker';

/** Text is sent at most this often, in milliseconds: faster than anybody reads, and a screen shows hardly more. */
const interval = 33;

/**
 * Hands on what is heard of an answer, text in fewer and larger pieces where it comes fast: to send a piece keeps a core from the next
 * token. The first piece goes at once.
 */
export class TextPacer {
  private pending: { text: string; tokens: number[] } | undefined;
  private sentAt = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly send: (progress: ChatProgress) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  push(progress: ChatProgress): void {
    if (progress.kind === 'prefill') {
      this.flush();
      this.send(progress);
      return;
    }
    this.pending ??= { text: '', tokens: [] };
    this.pending.text += progress.text;
    this.pending.tokens.push(...progress.tokens);
    const rest = this.sentAt + interval - this.now();
    if (rest <= 0) this.flush();
    else
      this.timer ??= setTimeout(() => {
        this.flush();
      }, rest);
  }

  /** Sends what is held back. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { pending } = this;
    if (!pending) return;
    this.pending = undefined;
    this.sentAt = this.now();
    this.send({ kind: 'text', ...pending });
  }
}
