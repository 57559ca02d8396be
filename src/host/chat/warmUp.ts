import type { Disposable } from '../../base/event';
import type { WarmParams } from '../../protocol/worker';
import type { Engine } from '../engine/engine';
import { CancelSource } from './cancel';

/** Runs `action` when there is nothing better to do; disposing keeps it from running. */
export type Idle = (action: () => void) => Disposable;

/** Has the engine evaluate what the next question will begin with, while the user is still typing it. */
export class WarmUp implements Disposable {
  private pending: Disposable | undefined;
  private running: CancelSource | undefined;
  /** The worker and the prompt that were warmed last: the same again would be evaluated to nothing, but at the price of tokenising it. */
  private last = '';

  constructor(
    private readonly engine: Engine,
    private readonly idle: Idle,
  ) {}

  /** Warms what `params` returns by then; `key` says whether it is the same as before. */
  request(key: string, params: () => WarmParams): void {
    this.cancel();
    this.pending = this.idle(() => {
      this.pending = undefined;
      void this.warm(key, params());
    });
  }

  /** The user has asked: the question brings the same prompt along, at a better priority. */
  cancel(): void {
    this.pending?.dispose();
    this.pending = undefined;
    this.running?.cancel();
    this.running = undefined;
  }

  dispose(): void {
    this.cancel();
  }

  private async warm(key: string, params: WarmParams): Promise<void> {
    const { state } = this.engine;
    if (state.kind !== 'ready') return;
    const full = `${String(state.generation)} ${key}`;
    if (full === this.last) return;
    this.last = full;
    const source = new CancelSource();
    this.running = source;
    const outcome = await this.engine.warm(params, source.token);
    if (this.running === source) this.running = undefined;
    if (outcome.kind === 'failed' || source.token.isCancellationRequested) this.last = '';
  }
}
