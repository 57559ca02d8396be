import { withTimeout } from '../../../util/timeout';
import { SilenceError } from './serverErrors';

/**
 * What a stream says, as long as it goes on saying something.
 * @param limit longest silence that is allowed at a moment, in milliseconds
 * @throws {SilenceError}
 */
export async function* heard<T>(stream: AsyncIterable<T>, limit: () => number): AsyncGenerator<T, void, undefined> {
  const iterator = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await within(iterator.next(), limit());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a stream that says nothing does not say that it has ended either.
    iterator.return?.().catch(() => undefined);
  }
}

/**
 * What `promise` resolves with, as long as it does in time.
 * @param limit in milliseconds
 * @throws {SilenceError}
 */
export async function within<T>(promise: Promise<T>, limit: number): Promise<T> {
  return withTimeout(promise, limit, () => {
    throw new SilenceError(`nothing for ${String(Math.round(limit / 1000))} s`);
  });
}
