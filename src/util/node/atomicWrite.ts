import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The user alone may read what is written. */
const PRIVATE_MODE = 0o600;

interface Options<Commit> {
  /** Waits until content and name are on the medium, so that a loss of power leaves the old file or the whole new one. Default: no. */
  readonly flush?: boolean;
  /** Gives the temporary file its final name. Default: a rename. Where it does not, the file keeps its old content. */
  readonly commit?: Commit;
}

export interface AtomicWriteOptions extends Options<(temporary: string) => Promise<void>> {
  /**
   * Path of the temporary file, in the folder of `file`. By default a new name for each write, so that two writers never share one. A fixed
   * name suits a file that has one writer at a time: what a crash left is then overwritten by the next write.
   */
  readonly temporary?: string;
}

/**
 * Writes a temporary file beside `file` and renames it, so that a reader or a crash finds the old content or the new one, never a part.
 * The folder must exist. Deletes the temporary file and rejects where that fails.
 */
export async function writeAtomically(file: string, content: string, options: AtomicWriteOptions = {}): Promise<void> {
  const { flush = false, temporary = temporaryName(file), commit = (from: string) => rename(from, file) } = options;
  try {
    const handle = await open(temporary, 'w', PRIVATE_MODE);
    try {
      await handle.writeFile(content);
      if (flush) await handle.sync();
    } finally {
      await handle.close();
    }
    await commit(temporary);
    if (flush) await syncFolder(dirname(file));
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** {@link writeAtomically} without a promise, for a process that is about to end. */
export function writeAtomicallySync(file: string, content: string, options: Options<(temporary: string) => void> = {}): void {
  const { flush = false } = options;
  const commit =
    options.commit ??
    ((from: string): void => {
      renameSync(from, file);
    });
  const temporary = temporaryName(file);
  try {
    const handle = openSync(temporary, 'w', PRIVATE_MODE);
    try {
      writeFileSync(handle, content);
      if (flush) fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    commit(temporary);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  if (flush) syncFolderSync(dirname(file));
}

/** Puts a new name on the medium. Windows cannot open folders, and does that by itself. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The content is there, and so is the name in every crash but a loss of power.
  }
}

function syncFolderSync(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // As in `syncFolder`.
  }
}

function temporaryName(file: string): string {
  return `${file}.${randomUUID()}.tmp`;
}
