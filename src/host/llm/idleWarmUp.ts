import type { WarmParams } from '../../contract/warmUp';
import type { Disposable } from '../../util/event';
import { CancelSource } from './worker/cancelSource';
import type { LanguageModel } from './languageModel';

/** Runs `action` when there is nothing better to do; disposing keeps it from running. */
export type Idle = (action: () => void) => Disposable;

/** An {@link Idle} that takes so many milliseconds of quiet for idleness. */
export function idleAfter(milliseconds: number): Idle {
  return (action) => {
    const timer = setTimeout(action, milliseconds);
    return {
      dispose: () => {
        clearTimeout(timer);
      },
    };
  };
}

/** Has the engine evaluate what the next request will begin with, before it is made. One a feature; the newest wish counts. */
export class WarmUp implements Disposable {
  private pending: Disposable | undefined;
  private running: CancelSource | undefined;
  /** The worker and the prompt that were warmed last: the same again would be evaluated to nothing, but at the price of tokenising it. */
  private last = '';

  constructor(
    private readonly engine: LanguageModel,
    private readonly idle: Idle,
  ) {}

  /**
   * Warms what `params` returns when it is idle, `undefined` for nothing any more; `key` says whether it is the same as before.
   * @param idle what counts as idle this once
   */
  request(key: string, params: () => WarmParams | undefined, idle = this.idle): void {
    if (this.running !== undefined && this.last === this.identity(key)) return;
    this.cancel();
    this.pending = idle(() => {
      this.pending = undefined;
      void this.warm(key, params);
    });
  }

  /** A request is made: it brings the same prompt along, at a better priority. */
  cancel(): void {
    this.pending?.dispose();
    this.pending = undefined;
    this.running?.cancel();
    this.running = undefined;
  }

  dispose(): void {
    this.cancel();
  }

  private identity(key: string): string | undefined {
    const { state } = this.engine;
    return state.kind === 'ready' ? `${String(state.generation)} ${key}` : undefined;
  }

  private async warm(key: string, wanted: () => WarmParams | undefined): Promise<void> {
    const full = this.identity(key);
    if (full === undefined || full === this.last) return;
    const params = wanted();
    if (params === undefined) return;
    this.last = full;
    const source = new CancelSource();
    this.running = source;
    const outcome = await this.engine.warm(params, source.token);
    const current = this.running === source;
    if (current) this.running = undefined;
    const done = outcome.kind === 'done' && !outcome.value.overtaken && !source.token.isCancellationRequested;
    if (!done && this.last === full) this.last = '';
    // What overtook it was another feature's: this one still has its wish, at the next pause.
    if (current && outcome.kind === 'done' && outcome.value.overtaken) this.request(key, wanted);
  }
}
