import type { Disposable } from '../../../util/event';
import type { LanguageModel } from '../languageModel';

/** Knows how long nobody has wanted anything of the model. */
export class IdleClock {
  private running = 0;
  private last: number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(private readonly now: () => number) {
    this.last = now();
  }

  /** For how long nothing has been asked for; `undefined` while something is under way. In milliseconds. */
  get idleMilliseconds(): number | undefined {
    return this.running > 0 ? undefined : this.now() - this.last;
  }

  /** Counts anew from now. */
  touch(): void {
    this.last = this.now();
  }

  /**
   * Runs `work`, during which nothing is idle.
   * @param wanted whether somebody has asked for it. What is done ahead of a request does not count as use: files that other programs
   * change in a window that nobody looks at would keep the model in memory for ever.
   */
  async during<T>(work: () => Promise<T>, wanted: boolean): Promise<T> {
    this.running++;
    if (wanted) this.touch();
    try {
      return await work();
    } finally {
      this.running--;
      if (wanted) this.touch();
    }
  }
}

export interface IdleUnloadDeps {
  readonly engine: Pick<LanguageModel, 'state' | 'onDidChangeState'> & { readonly clock: IdleClock; unload(why: 'idle'): Promise<void> };
  /** How long the model is kept without a request, in milliseconds; 0 for as long as the window is open. Asked at each look. */
  readonly limit: () => number;
  readonly after: (milliseconds: number, action: () => void) => Disposable;
}

/** Between two looks. A changed setting counts from the next one on. */
const LOOK_INTERVAL = 30_000;

/** Unloads a model that nobody has asked for so long, and gives its memory back. The next request loads it again. */
export class IdleUnload implements Disposable {
  private readonly subscription: Disposable;
  private next: Disposable | undefined;

  constructor(private readonly deps: IdleUnloadDeps) {
    this.subscription = deps.engine.onDidChangeState(() => {
      this.follow();
    });
    this.follow();
  }

  dispose(): void {
    this.subscription.dispose();
    this.stopLooking();
  }

  private follow(): void {
    if (this.deps.engine.state.kind !== 'ready') {
      this.stopLooking();
      return;
    }
    if (this.next !== undefined) return;
    // A model that took long to load has not been idle meanwhile.
    this.deps.engine.clock.touch();
    this.lookLater();
  }

  private lookLater(): void {
    this.next = this.deps.after(LOOK_INTERVAL, () => {
      this.look();
    });
  }

  private look(): void {
    const { engine, limit } = this.deps;
    const idle = engine.clock.idleMilliseconds;
    const most = limit();
    this.lookLater();
    if (most > 0 && idle !== undefined && idle >= most) void engine.unload('idle');
  }

  private stopLooking(): void {
    this.next?.dispose();
    this.next = undefined;
  }
}
