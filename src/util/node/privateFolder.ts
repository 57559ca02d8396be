import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Permission bits of other users, who need not read what the user wrote. Windows has no such bits. */
const OTHERS = 0o077;
const OWNER_ONLY = 0o700;

/** Creates a folder of our own where it is missing, and closes it to other users. */
export async function preparePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: OWNER_ONLY });
  if ((await stat(folder)).mode & OTHERS) await chmod(folder, OWNER_ONLY);
}

/** {@link preparePrivateFolder} without a promise, for a process that is about to end. */
export function preparePrivateFolderSync(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY });
  if (statSync(folder).mode & OTHERS) chmodSync(folder, OWNER_ONLY);
}

/** Names of temporary files: those of `writeAtomically`, and those of version 0.1.0, with a process id and a number. */
const TEMPORARY = /\.(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+-\d+)\.tmp$/;
/** No write takes this long, so that an older temporary file belongs to a process that ended in the middle of one. */
const ABANDONED_MILLISECONDS = 60 * 60_000;

/**
 * Deletes the temporary files that crashes left in a folder. Never rejects: what cannot be deleted stays for the next time.
 * @returns the number of files that were deleted
 */
export async function sweepTemporaries(folder: string, now = Date.now()): Promise<number> {
  const names = await readdir(folder).catch((): string[] => []);
  let deleted = 0;
  for (const name of names.filter((each) => TEMPORARY.test(each))) {
    const file = join(folder, name);
    const facts = await stat(file).catch(() => undefined);
    if (!facts?.isFile() || now - facts.mtimeMs < ABANDONED_MILLISECONDS) continue;
    if (
      await rm(file).then(
        () => true,
        () => false,
      )
    )
      deleted++;
  }
  return deleted;
}
