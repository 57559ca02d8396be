/** A longer time without a key is a pause: who thinks is not typing on. */
const pauseMilliseconds = 700;
/** How much the last interval between two keys counts in the mean. */
const weight = 0.3;

/**
 * How long a request waits for the next key. Somebody who types faster than the model answers would have every answer thrown away; where
 * the model is faster than the fingers, or after a pause, waiting only costs time.
 */
export class TypingPace {
  private last: number | undefined;
  /** Running mean of the time between two keys, in milliseconds. */
  private interval: number | undefined;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Called for each request.
   * @param latency what an answer takes, in milliseconds; `undefined` as long as that is not known
   * @param most the longest wait, in milliseconds
   * @returns milliseconds
   */
  wait(latency: number | undefined, most: number): number {
    const now = this.now();
    const since = this.last === undefined ? Infinity : now - this.last;
    this.last = now;
    if (since >= pauseMilliseconds) return 0;
    this.interval = this.interval === undefined ? since : this.interval + weight * (since - this.interval);
    return latency === undefined ? most : Math.min(most, Math.max(0, latency - this.interval));
  }
}
