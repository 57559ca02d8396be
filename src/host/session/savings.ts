import type { Disposable } from '../../base/event';
import { todayOf, withReuse, type DayRecord, type Reuse } from './day';

/** Where the day's record is kept. VS Code's `Memento` has this shape. */
export interface SavingsMemory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

export interface SavingsOptions {
  readonly memory: SavingsMemory;
  readonly now: () => Date;
  /** Runs something later; disposing keeps it from running. */
  readonly later: (action: () => void) => Disposable;
}

const KEY = 'paddock.session.today';

/**
 * Counts what reuse saves each day. All windows share the record: each adds what it has counted to what is stored by then, now and then
 * rather than at every key, so that two of them do not undo each other's counting.
 */
export class Savings implements Disposable {
  /** Counted and not stored yet. */
  private pending: Reuse[] = [];
  private timer: Disposable | undefined;

  constructor(private readonly options: SavingsOptions) {}

  /** Today, up to now. */
  get today(): DayRecord {
    const { memory, now } = this.options;
    return this.pending.reduce(withReuse, todayOf(memory.get(KEY), now()));
  }

  /** Takes an answer in. */
  add(reuse: Reuse): void {
    if (reuse.reusedTokens <= 0) return;
    this.pending.push(reuse);
    this.timer ??= this.options.later(() => {
      this.store();
    });
  }

  /** Stores what is left. */
  dispose(): void {
    this.timer?.dispose();
    if (this.pending.length > 0) this.store();
  }

  private store(): void {
    this.timer = undefined;
    const record = this.today;
    this.pending = [];
    void this.options.memory.update(KEY, record);
  }
}
