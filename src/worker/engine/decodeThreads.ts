/** Weight of the newest step in the running mean of a number of threads. */
const weight = 0.25;
/** Steps with another number of threads before it is judged. */
const probeSteps = 3;
/** A step this many times slower than the best seen means that something else wants the cores. */
const slowdown = 2;
/** Fewest steps between two probes, and how often other numbers are tried with nothing amiss: what was busy may be done. */
const shortestRest = 16;
const longestRest = 512;

/**
 * Keeps decode on the number of threads that is fastest now. llama.cpp's threads spin: with another process busy on one of two cores, two
 * threads were measured forty times slower than one, so the number found at the start does not stay right.
 */
export class DecodeThreads {
  /** Running mean of a step's milliseconds, by number of threads. */
  private readonly means = new Map<number, number>();
  private fastest = Infinity;
  private rest = 0;
  private probes: { threads: number; left: number }[] = [];

  /**
   * @param chosen what calibration found
   * @param most never exceeded
   */
  constructor(
    private chosen: number,
    private readonly most: number,
  ) {}

  /** Threads for the next decode step. */
  get next(): number {
    return this.probes[0]?.threads ?? this.chosen;
  }

  /** Reports a decode step that ran with {@link next} threads. */
  record(milliseconds: number): void {
    const threads = this.next;
    const before = this.means.get(threads);
    this.means.set(threads, before === undefined ? milliseconds : before + weight * (milliseconds - before));
    const probe = this.probes[0];
    if (probe) {
      if (--probe.left === 0) this.judge();
      return;
    }
    this.rest++;
    const mean = this.means.get(threads) ?? milliseconds;
    this.fastest = Math.min(this.fastest, mean);
    const amiss = this.rest >= shortestRest && mean > slowdown * this.fastest;
    if (amiss || this.rest >= longestRest) this.probe();
  }

  private probe(): void {
    this.rest = 0;
    const others = [...new Set([1, Math.ceil(this.most / 2), this.most])].filter((threads) => threads !== this.chosen);
    // Old figures are from other times.
    for (const threads of others) this.means.delete(threads);
    this.probes = others.map((threads) => ({ threads, left: probeSteps }));
  }

  private judge(): void {
    this.probes.shift();
    if (this.probes.length > 0) return;
    const [best] = [...this.means].sort(([, a], [, b]) => a - b);
    if (!best || best[0] === this.chosen) return;
    this.chosen = best[0];
    this.fastest = best[1];
  }
}
