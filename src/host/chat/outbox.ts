import type { Disposable } from '../../base/event';
import type { HostMessage } from '../../protocol/webview';

type Delta = Extract<HostMessage, { type: 'delta' }>;

/** A page paints sixty times a second: more messages than that only cost, in milliseconds. */
const FRAME = 16;

/**
 * Hands messages on in their order. Deltas that follow one another within a frame go as one, the first of them at once: to post a message
 * takes the host more time than what is in it.
 */
export class Outbox implements Disposable {
  private held: Delta | undefined;
  private postedAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly post: (message: HostMessage) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  push(message: HostMessage): void {
    if (message.type !== 'delta') {
      this.flush();
      this.post(message);
      return;
    }
    this.hold(message);
    const rest = this.postedAt + FRAME - this.now();
    if (rest <= 0) this.flush();
    else
      this.timer ??= setTimeout(() => {
        this.flush();
      }, rest);
  }

  /** Hands on what is held back. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { held } = this;
    if (held === undefined) return;
    this.held = undefined;
    this.postedAt = this.now();
    this.post(held);
  }

  /** What is held back is lost: there is nobody to hand it to. */
  dispose(): void {
    clearTimeout(this.timer);
    this.held = undefined;
  }

  private hold(delta: Delta): void {
    const { held } = this;
    if (held?.turnId === delta.turnId && held.at + held.text.length === delta.at) {
      this.held = { ...held, text: held.text + delta.text };
      return;
    }
    this.flush();
    this.held = delta;
  }
}
