import { setTimeout as sleep } from 'node:timers/promises';
import type { DownloadProblem } from '../../contract/rpc/downloadMethods';
import type { DownloadFailure } from './downloadFailure';

export interface Clock {
  /** Waits; rejects when `signal` is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  sleep: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, { signal });
  },
};

/** Milliseconds. */
export interface RetryLimits {
  /** Failures in a row, with nothing received between them, after which it is given up. */
  readonly failures: number;
  readonly firstDelay: number;
  readonly longestDelay: number;
  /** A server that wants to be left alone for longer is taken at its word: the user decides. */
  readonly longestWish: number;
}

/** For what is under way: about a minute without a byte. */
export const transferLimits: RetryLimits = { failures: 9, firstDelay: 250, longestDelay: 30_000, longestWish: 120_000 };

/** For the first question to a server, whose answer somebody is waiting for. */
export const lookLimits: RetryLimits = { ...transferLimits, failures: 4 };

/** Decides whether and when what failed is tried again. */
export class Retries {
  private failures = 0;

  constructor(private readonly limits: RetryLimits) {}

  /** Something was received: what failed before counts no more. */
  progressed(): void {
    this.failures = 0;
  }

  /** Milliseconds to wait before the next attempt; `undefined` where another would not help. */
  after({ problem, retryAfter }: DownloadFailure): number | undefined {
    this.failures++;
    if (!mayPass(problem) || this.failures >= this.limits.failures) return undefined;
    if (retryAfter !== undefined && retryAfter > 0) {
      const wish = retryAfter * 1000;
      return wish > this.limits.longestWish ? undefined : wish;
    }
    return Math.min(this.limits.firstDelay * 2 ** (this.failures - 1), this.limits.longestDelay);
  }
}

/** Statuses that say nothing about the next attempt. 403 and 410 come from a store whose link has run out, as the hub's own are told apart. */
const passingStatuses = new Set([403, 408, 410, 425]);

function mayPass(problem: DownloadProblem): boolean {
  switch (problem.kind) {
    case 'noNetwork':
    case 'connectionLost':
    case 'rateLimited':
      return true;
    case 'server':
      return problem.status >= 500 || passingStatuses.has(problem.status);
    default:
      return false;
  }
}
