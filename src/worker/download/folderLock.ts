import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../util/node/process';
import { DownloadFailure } from './downloadFailure';

/** Names the process that writes into a download's folder; the host reads it too. */
export const lockName = 'owner.json';

/** A process on another machine that shares the folder is taken for alive while its lock is younger, in milliseconds. */
const longestSilence = 60_000;

/** It takes less to write one, in milliseconds. */
const longestWrite = 2000;

interface Owner {
  readonly pid: number;
  readonly host: string;
}

/** Those of this process: a lock with its id that is not among them was left by a dead process that had the same. */
const held = new Set<string>();

/** A folder that no other process writes into. */
export class FolderLock {
  private constructor(private readonly path: string) {}

  /** @throws a {@link DownloadFailure} where another process has it */
  static async take(folder: string): Promise<FolderLock> {
    const path = join(folder, lockName);
    for (;;) {
      try {
        await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname() } satisfies Owner), { flag: 'wx' });
        held.add(path);
        return new FolderLock(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      if (await isTaken(path)) throw new DownloadFailure({ kind: 'inUse' });
      // Renamed and not deleted: of two processes that find it left behind, one alone can.
      const left = `${path}.${process.pid}`;
      await rename(path, left).catch(() => undefined);
      await rm(left, { force: true });
    }
  }

  /** Says that this process is still at it. */
  async touch(): Promise<void> {
    const now = new Date();
    await utimes(this.path, now, now).catch(() => undefined);
  }

  async release(): Promise<void> {
    held.delete(this.path);
    await rm(this.path, { force: true });
  }
}

async function isTaken(path: string): Promise<boolean> {
  try {
    const { pid, host } = JSON.parse(await readFile(path, 'utf8')) as Owner;
    if (host !== hostname()) return Date.now() - (await stat(path)).mtimeMs < longestSilence;
    return pid === process.pid ? held.has(path) : isAlive(pid);
  } catch {
    // Gone by now, or just being written, or left half written.
    const facts = await stat(path).catch(() => undefined);
    return facts !== undefined && Date.now() - facts.mtimeMs < longestWrite;
  }
}
