/** Every runtime of Paddock has these two. Node and the browser type the timer differently, so it is unknown here. */
declare function setTimeout(action: () => void, milliseconds: number): unknown;
declare function clearTimeout(timer: unknown): void;

/**
 * Waits for a promise, but not longer than a limit. The promise itself goes on, and nothing comes of what it does later.
 * @param onTimeout gives the result in place of the promise's; what it throws is the rejection
 */
export async function withTimeout<T, Late>(promise: PromiseLike<T>, milliseconds: number, onTimeout: () => Late): Promise<T | Late> {
  let timer: unknown;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  }).then(onTimeout);
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
