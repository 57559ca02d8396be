/** Files that a virus scanner or an indexer holds for a moment, as happens on Windows: what failed on one soon works. */

const LOCKED: readonly unknown[] = ['EPERM', 'EBUSY', 'EACCES'];

/** Milliseconds before each further attempt. */
export const LOCKED_DELAYS: readonly number[] = [10, 30, 90, 270];

/** Does `action`, and again after each of {@link LOCKED_DELAYS} while the file is held. Rejects with what the last attempt threw. */
export async function whileLocked(action: () => void, wait: (milliseconds: number) => Promise<void>): Promise<void> {
  for (const delay of LOCKED_DELAYS) {
    if (attempt(action)) return;
    await wait(delay);
  }
  action();
}

/** The same without a promise, for a process that is about to go. Blocks. */
export function whileLockedSync(action: () => void): void {
  const clock = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  for (const delay of LOCKED_DELAYS) {
    if (attempt(action)) return;
    Atomics.wait(clock, 0, 0, delay);
  }
  action();
}

/** Whether it worked; `false` where the file was held. Throws what is not about that. */
function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && LOCKED.includes(error.code)) return false;
    throw error;
  }
}
