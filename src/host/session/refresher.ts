import type { Disposable } from '../../util/event';

export interface RefresherOptions {
  /** Takes a look; says whether something is going on, so that the next one is due soon. */
  readonly look: () => Promise<boolean>;
  readonly now: () => number;
  readonly after: (milliseconds: number, action: () => void) => Disposable;
}

/** Shortest time from one look to the next, and the longest: lanes are parked, and memory given back, without an event here. */
export const shortestPause = 1000;
export const longestPause = 5000;

/** Looks at something as long as somebody sees it: when told that it may have changed, and now and then, one look at a time. */
export class Refresher implements Disposable {
  private visible = false;
  private looking = false;
  private timer: { readonly due: number; readonly subscription: Disposable } | undefined;
  private lastLook = -Infinity;
  /** Told of a change during a look. */
  private changed = false;

  constructor(private readonly options: RefresherOptions) {}

  /** It is seen from now on: looks at once. */
  show(): void {
    this.visible = true;
    this.lastLook = -Infinity;
    this.change();
  }

  hide(): void {
    this.visible = false;
    this.cancel();
  }

  /** It may have changed. */
  change(): void {
    if (!this.visible) return;
    this.changed = this.looking;
    if (!this.looking) this.lookIn(this.lastLook + shortestPause - this.options.now());
  }

  dispose(): void {
    this.hide();
  }

  private lookIn(milliseconds: number): void {
    if (milliseconds <= 0) {
      this.cancel();
      void this.look();
      return;
    }
    const due = this.options.now() + milliseconds;
    if (this.timer !== undefined && this.timer.due <= due) return;
    this.cancel();
    const subscription = this.options.after(milliseconds, () => {
      this.timer = undefined;
      void this.look();
    });
    this.timer = { due, subscription };
  }

  private async look(): Promise<void> {
    this.looking = true;
    this.lastLook = this.options.now();
    let isBusy = false;
    try {
      isBusy = await this.options.look();
    } finally {
      this.looking = false;
      this.lookLater(isBusy);
    }
  }

  private lookLater(isBusy: boolean): void {
    if (!this.visible) return;
    const soon = isBusy || this.changed;
    this.changed = false;
    this.lookIn(this.lastLook + (soon ? shortestPause : longestPause) - this.options.now());
  }

  private cancel(): void {
    this.timer?.subscription.dispose();
    this.timer = undefined;
  }
}
