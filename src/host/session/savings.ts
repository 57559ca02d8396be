import type { Disposable } from '../../util/event';
import type { Memento } from '../services/memento';
import { todayOf, withReuse, type DayRecord } from './dayRecord';

export interface SavingsOptions {
  readonly memory: Memento;
  readonly now: () => Date;
  /** Runs something later; disposing keeps it from running. */
  readonly later: (action: () => void) => Disposable;
  /** Tokens that prefill evaluates a second by now; nothing where nobody can say. */
  readonly measure: () => Promise<number | undefined>;
}

const KEY = 'paddock.session.today';

/**
 * Counts what reuse saves each day. All windows share the record: each adds what it has counted to what is stored by then, now and then
 * rather than at every key, so that two of them do not undo each other's counting.
 */
export class Savings implements Disposable {
  /** Tokens that were counted and not stored yet. */
  private pending = 0;
  private rate = 0;
  private timer: Disposable | undefined;

  constructor(private readonly options: SavingsOptions) {}

  /** Today, up to now. */
  get today(): DayRecord {
    const { memory, now } = this.options;
    return withReuse(todayOf(memory.get(KEY), now()), { reusedTokens: this.pending, prefillTokensPerSecond: this.rate });
  }

  /** Takes an answer in, by the tokens of its prompt that needed no evaluation. */
  add(reusedTokens: number): void {
    if (reusedTokens <= 0) return;
    this.pending += reusedTokens;
    this.timer ??= this.options.later(() => void this.store());
  }

  /** Tells what prefill evaluates a second from now on. */
  measured(tokensPerSecond: number): void {
    if (tokensPerSecond > 0) this.rate = tokensPerSecond;
  }

  /** Keeps what is left. */
  dispose(): void {
    this.timer?.dispose();
    this.keep();
  }

  private async store(): Promise<void> {
    this.measured((await this.options.measure()) ?? 0);
    this.timer = undefined;
    this.keep();
  }

  private keep(): void {
    if (this.pending === 0) return;
    const record = this.today;
    this.pending = 0;
    void this.options.memory.update(KEY, record);
  }
}
