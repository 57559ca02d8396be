import type { Disposable } from '../../../util/event';
import { Pace } from '../../../util/throttle';
import type { HostMessage } from '../../../contract/webview/chatMessages';

type Delta = Extract<HostMessage, { type: 'delta' }>;

/** A page paints sixty times a second: more messages than that only cost, in milliseconds. */
const FRAME = 16;

/**
 * Hands messages on in their order. Deltas that follow one another within a frame go as one, the first of them at once: to post a message
 * takes the host more time than what is in it.
 */
export class Outbox implements Disposable {
  private held: Delta | undefined;
  private readonly pace: Pace;

  constructor(
    private readonly post: (message: HostMessage) => void,
    now: () => number = () => performance.now(),
  ) {
    this.pace = new Pace(FRAME, () => this.postHeld(), now);
  }

  push(message: HostMessage): void {
    if (message.type !== 'delta') {
      this.flush();
      this.post(message);
      return;
    }
    this.hold(message);
    this.pace.ask();
  }

  /** Hands on what is held back. */
  flush(): void {
    this.pace.flush();
  }

  /** What is held back is lost: there is nobody to hand it to. */
  dispose(): void {
    this.pace.dispose();
    this.held = undefined;
  }

  private postHeld(): boolean {
    const { held } = this;
    if (held === undefined) return false;
    this.held = undefined;
    this.post(held);
    return true;
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
