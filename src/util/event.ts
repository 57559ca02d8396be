/** A function that unsubscribes or releases something. */
export interface Disposable {
  dispose(): void;
}

/** Subscribe to a stream of values. Has the shape of VS Code's `Event`, without importing `vscode`. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** The sending end of an {@link Event}. Listeners run in the order they were added; one that throws does not keep the rest from running. */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<(value: T) => void>();

  /** @param onListenerError without it, the error is an unhandled rejection, which VS Code logs under the extension's name */
  constructor(private readonly onListenerError: (error: unknown) => void = rejectUnhandled) {}

  readonly event: Event<T> = (listener) => {
    // Wrapped, so that the same function subscribed twice is two subscriptions.
    const entry = (value: T): void => {
      listener(value);
    };
    this.listeners.add(entry);
    return { dispose: () => void this.listeners.delete(entry) };
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(value);
      } catch (error) {
        this.onListenerError(error);
      }
    }
  }

  dispose(): void {
    this.listeners.clear();
  }
}

/** Resolves when the first of `events` fires next. */
export function firstOf(...events: readonly ((listener: () => void) => Disposable)[]): Promise<void> {
  return new Promise((resolve) => {
    const subscriptions = events.map((event) =>
      event(() => {
        for (const subscription of subscriptions) subscription.dispose();
        resolve();
      }),
    );
  });
}

function rejectUnhandled(error: unknown): void {
  void Promise.reject(error instanceof Error ? error : new Error(String(error)));
}
