/** Over how long the rate is taken, in milliseconds. */
const window = 8000;

/** How fast bytes come, by when they came lately. */
export class RateMeter {
  private samples: { readonly time: number; readonly bytes: number }[] = [];

  /** @param now milliseconds of a clock that never goes back */
  constructor(private readonly now: () => number) {}

  /** @param bytes all that are there */
  note(bytes: number): void {
    const time = this.now();
    const last = this.samples.at(-1);
    // It begins anew, or something else is counted now.
    if (last !== undefined && bytes < last.bytes) this.samples = [];
    this.samples = [...this.samples.filter((sample) => time - sample.time <= window), { time, bytes }];
  }

  reset(): void {
    this.samples = [];
  }

  /** 0 while nothing can be said. */
  get bytesPerSecond(): number {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (first === undefined || last === undefined) return 0;
    const span = Math.min(window, this.now() - first.time);
    return span <= 0 ? 0 : ((last.bytes - first.bytes) / span) * 1000;
  }

  /** `undefined` while nothing can be said. */
  secondsLeft(total: number): number | undefined {
    const rate = this.bytesPerSecond;
    const bytes = this.samples.at(-1)?.bytes ?? 0;
    return rate <= 0 || total <= bytes ? undefined : (total - bytes) / rate;
  }
}
