import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';

export interface AtomicWriteOptions {
  /** Waits until the content is on the medium, so that a loss of power leaves the old file or the whole new one. Default: no. */
  readonly flush?: boolean;
  /**
   * Path of the temporary file, in the folder of `file`. By default a new name for each write, so that two writers never share one. A fixed
   * name suits a file that has one writer at a time: what a crash left is then overwritten by the next write.
   */
  readonly temporary?: string;
  /** Gives the temporary file its final name. Default: a rename. Where it does not, the file keeps its old content. */
  readonly commit?: (temporary: string) => Promise<void>;
}

/**
 * Writes a temporary file beside `file` and renames it, so that a reader or a crash finds the old content or the new one, never a part.
 * The folder must exist. Deletes the temporary file and rejects where that fails.
 */
export async function writeAtomically(file: string, content: string, options: AtomicWriteOptions = {}): Promise<void> {
  const { flush = false, temporary = temporaryName(file), commit = (from: string) => rename(from, file) } = options;
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(content);
      if (flush) await handle.datasync();
    } finally {
      await handle.close();
    }
    await commit(temporary);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** {@link writeAtomically} without a promise, for a process that is about to end. Does not wait for the medium. */
export function writeAtomicallySync(
  file: string,
  content: string,
  commit = (temporary: string): void => {
    renameSync(temporary, file);
  },
): void {
  const temporary = temporaryName(file);
  try {
    writeFileSync(temporary, content);
    commit(temporary);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function temporaryName(file: string): string {
  return `${file}.${randomUUID()}.tmp`;
}
