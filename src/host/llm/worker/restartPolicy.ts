import type { WorkerDeath } from '../../../contract/engineErrors';

/** What to do after a crash. */
export type RestartDecision = { readonly kind: 'restart'; readonly delayMilliseconds: number } | { readonly kind: 'giveUp' };

/** As many crashes within the window stop the restarting. */
export const mostCrashes = 5;
/** As many of them for want of memory do: the next worker would want as much. */
export const mostMemoryDeaths = 2;
export const crashWindowMilliseconds = 3 * 60 * 1000;

/** Wait before the first restart; doubled for each crash in the window. */
const firstDelay = 250;

/**
 * Decides whether a worker that died is started again. Counts crashes, not models that failed to load: those fail again until the user
 * does something.
 */
export class RestartPolicy {
  private crashes: { readonly time: number; readonly cause: WorkerDeath | undefined }[] = [];

  /** @param now milliseconds of a clock that never goes back */
  constructor(private readonly now: () => number) {}

  recordCrash(cause?: WorkerDeath): RestartDecision {
    const time = this.now();
    this.crashes = [...this.crashes.filter((crash) => time - crash.time < crashWindowMilliseconds), { time, cause }];
    const count = this.crashes.length;
    const forMemory = this.crashes.filter((crash) => crash.cause === 'memory').length;
    if (count >= mostCrashes || forMemory >= mostMemoryDeaths) return { kind: 'giveUp' };
    return { kind: 'restart', delayMilliseconds: firstDelay * 2 ** (count - 1) };
  }

  /** Forgets past crashes, when the user asks to try again. */
  reset(): void {
    this.crashes = [];
  }
}
