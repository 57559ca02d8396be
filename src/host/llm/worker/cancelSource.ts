import { Emitter } from '../../../util/event';
import type { Cancellation } from '../languageModel';

/** Cancels once; who subscribes afterwards is told at once. */
export class CancelSource {
  private readonly emitter = new Emitter<undefined>();
  private cancelled = false;

  readonly token: Cancellation;

  constructor() {
    const isCancelled = (): boolean => this.cancelled;
    this.token = {
      get isCancellationRequested() {
        return isCancelled();
      },
      onCancellationRequested: (listener) => {
        if (!isCancelled()) return this.emitter.event(listener);
        listener();
        return { dispose: () => undefined };
      },
    };
  }

  cancel(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    this.emitter.fire(undefined);
    this.emitter.dispose();
  }
}
