import type { PingResult } from '../../../contract/rpc/workerMethods';

/** How a worker is doing, by its answers to pings. */
export type Verdict =
  | { readonly kind: 'fine' }
  /** It keeps the host waiting: `silent` has not answered for so long, `step` is in one step for longer than it should take. */
  | { readonly kind: 'slow'; readonly why: 'silent' | 'step'; readonly milliseconds: number }
  /** It will not come back: to be ended. */
  | { readonly kind: 'hung'; readonly why: 'silent' | 'step'; readonly milliseconds: number }
  /** The computer slept, or the host was stopped, for so long: nothing can be said about the worker, and every clock starts anew. */
  | { readonly kind: 'suspended'; readonly milliseconds: number };

/** What a worker may be doing, as far as patience with it goes. */
export type Phase = 'loading' | 'ready';

/** In milliseconds. */
export interface WatchdogLimits {
  /** Between two looks. */
  readonly interval: number;
  /** Without an answer. While a model is loaded, the worker's event loop blocks for seconds now and then. */
  readonly slow: Readonly<Record<Phase, number>>;
  readonly hung: Readonly<Record<Phase, number>>;
  /** A step that takes as long, and longer than its limit, is one that never ends. */
  readonly step: number;
  /** A look that comes so much late. */
  readonly suspended: number;
}

export const watchdogLimits: WatchdogLimits = {
  interval: 500,
  slow: { loading: 20_000, ready: 2000 },
  hung: { loading: 60_000, ready: 10_000 },
  step: 30_000,
  suspended: 5000,
};

const fine: Verdict = { kind: 'fine' };

/**
 * Tells a worker that works from one that hangs, and either from a computer that slept. Whoever uses it looks every so often, and pings
 * where {@link look} wants it.
 */
export class Watchdog {
  private lastLook: number;
  private phase: Phase = 'loading';
  /** When the clocks began: at first, with another phase, or after the last suspension. */
  private begun: number;
  /** How long the ping under way has had no answer; `undefined` without one. */
  private silence: number | undefined;
  /** The step that was in flight when the last ping was answered. */
  private step: { readonly milliseconds: number; readonly limit: number } | undefined;

  /** @param now milliseconds of a clock that never goes back */
  constructor(
    private readonly now: () => number,
    private readonly limits: WatchdogLimits = watchdogLimits,
  ) {
    this.lastLook = this.begun = now();
  }

  /** What is to be said of the worker now, and whether to ping it: the ping is then taken for sent. */
  look(phase: Phase): { readonly verdict: Verdict; readonly ping: boolean } {
    const time = this.now();
    const gap = time - this.lastLook;
    this.lastLook = time;
    const late = gap - this.limits.interval;
    // What was a matter of patience with a load is none with a model that is ready: the answer may be under way.
    if (late > this.limits.suspended || phase !== this.phase) this.beginAnew(time);
    // A host that was busy has answers waiting that it has not read: its own delay does not count against the worker.
    else if (this.silence !== undefined) this.silence += Math.min(gap, 2 * this.limits.interval);
    this.phase = phase;
    const ping = this.silence === undefined;
    const verdict: Verdict = late > this.limits.suspended ? { kind: 'suspended', milliseconds: late } : this.verdict(phase);
    if (ping) this.silence = 0;
    return { verdict, ping };
  }

  /** The ping under way was answered. */
  answered({ stepMilliseconds, stepLimitMilliseconds }: PingResult): void {
    this.silence = undefined;
    // Of a step that was in flight over a suspension, the worker's clock may have counted the sleep.
    this.step = { milliseconds: Math.min(stepMilliseconds, this.now() - this.begun), limit: stepLimitMilliseconds };
  }

  private beginAnew(time: number): void {
    this.begun = time;
    this.step = undefined;
    if (this.silence !== undefined) this.silence = 0;
  }

  private verdict(phase: Phase): Verdict {
    const silence = this.silence ?? 0;
    if (silence >= this.limits.hung[phase]) return { kind: 'hung', why: 'silent', milliseconds: silence };
    const { step } = this;
    if (step !== undefined && step.milliseconds > step.limit) {
      return { kind: step.milliseconds > this.limits.step ? 'hung' : 'slow', why: 'step', milliseconds: step.milliseconds };
    }
    return silence >= this.limits.slow[phase] ? { kind: 'slow', why: 'silent', milliseconds: silence } : fine;
  }
}
