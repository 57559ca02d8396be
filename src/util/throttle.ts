import type { Disposable } from './event';

/** Where no timers are typed: the two that every runtime of Paddock's has. */
declare function setTimeout(action: () => void, milliseconds: number): unknown;
declare function clearTimeout(timer: unknown): void;

/** Has something done at once, and after that at most once in an interval, for everything that was asked for meanwhile. */
export class Pace implements Disposable {
  private doneAt = Number.NEGATIVE_INFINITY;
  private timer: unknown;

  /**
   * @param interval in milliseconds
   * @param act does it; `false` where there was nothing to do, which counts for no interval
   * @param now in milliseconds
   */
  constructor(
    private readonly interval: number,
    private readonly act: () => boolean,
    private readonly now: () => number,
  ) {}

  /** There is something to do. */
  ask(): void {
    const rest = this.doneAt + this.interval - this.now();
    if (rest <= 0) this.flush();
    else
      this.timer ??= setTimeout(() => {
        this.flush();
      }, rest);
  }

  /** Does at once what is there to do. */
  flush(): void {
    this.dispose();
    if (this.act()) this.doneAt = this.now();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
