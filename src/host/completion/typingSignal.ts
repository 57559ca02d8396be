import type { Disposable } from '../../util/event';

/** Somebody is typing until so many milliseconds have passed without a key. */
const quietMilliseconds = 2000;

/** Tells when somebody begins to type and when they have stopped; each once. */
export class TypingSignal implements Disposable {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly tell: (typing: boolean) => void) {}

  /** A key was pressed. */
  typed(): void {
    const began = this.timer === undefined;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.tell(false);
    }, quietMilliseconds);
    if (began) this.tell(true);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
