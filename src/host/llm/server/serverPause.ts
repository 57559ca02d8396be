import type { EngineErrorData } from '../../../contract/engineErrors';
import type { RemoteLimits } from './serverLimits';

/** A server in such trouble has it with the next key as well. */
const lasting: ReadonlySet<string> = new Set(['unreachable', 'timeout', 'busy', 'failed', 'certificate', 'key', 'address']);

/**
 * Keeps ghost text from a server that is in trouble for a while, longer each time: a key asks for one, and a laptop without its network
 * would try with every key, as would a whole team with a server that is busy. Whoever asks a question is never kept from it.
 */
export class GhostTextPause {
  private since = -Infinity;
  private times = 0;
  private error: EngineErrorData | undefined;

  /** @param now milliseconds of a clock that never goes back */
  constructor(
    private readonly limits: Pick<RemoteLimits, 'pause' | 'longestPause'>,
    private readonly now: () => number,
  ) {}

  /** Why nothing is asked at this moment; `undefined` where something may be. */
  get reason(): EngineErrorData | undefined {
    return this.now() - this.since < this.length ? this.error : undefined;
  }

  /** A request failed. */
  failed(error: EngineErrorData): void {
    if (error.kind !== 'endpoint' || !lasting.has(error.reason)) return;
    this.error = error;
    this.since = this.now();
    this.times++;
  }

  /** A request was answered, or the server may be another one now. */
  end(): void {
    this.error = undefined;
    this.times = 0;
  }

  private get length(): number {
    const { pause, longestPause } = this.limits;
    return Math.min(longestPause, pause * 2 ** (this.times - 1));
  }
}
