/** Weight of the newest step in the running mean of a number of threads. */
const weight = 0.25;
/** Steps with another number of threads before it is judged. */
const probeSteps = 3;
/** A step this many times slower than the best seen means that something else wants the cores. */
const slowdown = 2;
/** As many slow steps in a row are no accident. */
const slowInRow = 2;
/**
 * Steps between two probes, fewest. A probe for slow steps that changed nothing doubles it, up to a limit: what is slow now and then is no
 * matter of threads, but with a real slowdown each step of waiting is one that takes forty times as long.
 */
const shortestRest = 4;
const longestPatience = 64;
/** How often other numbers are tried with nothing amiss. */
const restAtHome = 512;
/**
 * The same away from the number that calibration found, as what was busy may be done soon. While it is not, a single step of the probe may
 * take as long as twenty others: it is tried when as much was lost by waiting, within these bounds, and each probe that changed nothing
 * doubles the wait.
 */
const shortestRestAway = 4;
const restAway = 48;
const longestRestAway = 192;

/**
 * Keeps a phase, decode or prefill, on the number of threads that is fastest now. llama.cpp's threads spin: with another process busy on
 * one of two cores, two threads were measured forty times slower than one, so the number found at the start does not stay right.
 */
export class PhaseThreads {
  /** Running mean of what a token takes, by number of threads; any unit. */
  private readonly means = new Map<number, number>();
  private fastest = Infinity;
  private slow = 0;
  private rest = 0;
  private patience = shortestRest;
  private away = restAway;
  private isAlarm = false;
  private probes: { threads: number; left: number }[] = [];
  private current: number;

  /** What calibration found, as far as it is allowed now. */
  readonly calibrated: number;

  /**
   * @param calibrated what calibration found
   * @param most never exceeded
   */
  constructor(
    calibrated: number,
    private readonly most: number,
  ) {
    this.calibrated = Math.max(1, Math.min(calibrated, most));
    this.current = this.calibrated;
  }

  /** Threads for the next step of this phase. */
  get next(): number {
    return this.probes[0]?.threads ?? this.current;
  }

  /** Reports a step that ran with {@link next} threads: what each of its tokens took. */
  record(perToken: number): void {
    const probe = this.probes[0];
    if (probe) {
      this.learn(probe.threads, perToken);
      // One step tells that it is far worse; two more would take as long as everything in between.
      if (--probe.left === 0 || perToken > slowdown * this.meanOf(this.current)) this.judge();
      return;
    }
    this.rest++;
    const isSlow = perToken > slowdown * this.fastest;
    // What came before a slowdown, or before its end, is of another time: the mean begins anew, or it would make a bad number look good.
    if (isSlow !== this.slow > 0) this.means.delete(this.current);
    this.slow = isSlow ? this.slow + 1 : 0;
    this.learn(this.current, perToken);
    this.fastest = Math.min(this.fastest, this.meanOf(this.current));
    const isAlarm = this.slow >= slowInRow && this.rest >= this.patience;
    if (isAlarm || this.rest >= (this.current === this.calibrated ? restAtHome : this.away)) this.probe(isAlarm);
  }

  private learn(threads: number, perToken: number): void {
    const before = this.means.get(threads);
    this.means.set(threads, before === undefined ? perToken : before + weight * (perToken - before));
  }

  private meanOf(threads: number): number {
    return this.means.get(threads) ?? Infinity;
  }

  private probe(isAlarm: boolean): void {
    this.isAlarm = isAlarm;
    this.rest = 0;
    this.slow = 0;
    const others = [...new Set([1, Math.ceil(this.most / 2), this.calibrated, this.most])].filter((threads) => threads !== this.current);
    // Old figures are from other times; those of the number in use are from just now.
    for (const threads of others) this.means.delete(threads);
    this.probes = others.map((threads) => ({ threads, left: probeSteps }));
  }

  private judge(): void {
    this.probes.shift();
    if (this.probes.length > 0) return;
    const [best] = [...this.means].sort(([, a], [, b]) => a - b);
    if (!best || best[0] === this.current) {
      // No other number helps: whatever is slow now is no matter of threads.
      this.fastest = best?.[1] ?? this.fastest;
      this.patience = this.isAlarm ? Math.min(longestPatience, 2 * this.patience) : shortestRest;
      this.away = Math.min(longestRestAway, 2 * this.away);
      return;
    }
    const lost = best[1] - this.fastest;
    const wait = lost > 0 ? Math.ceil(this.meanOf(this.current) / lost) : restAway;
    [this.current, this.fastest] = best;
    this.patience = shortestRest;
    this.away = Math.min(restAway, Math.max(shortestRestAway, wait));
  }
}
