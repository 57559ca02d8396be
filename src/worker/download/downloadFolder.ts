import { open, readdir, rename, rm, stat, statfs, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { lockName } from './folderLock';
import { partialSuffix } from './ipullTransfer';
import type { FileRecord } from './downloadRecord';
import type { Remote } from './remoteFiles';

/** What a file is called that is all there and not checked yet, and one whose checksum was wrong. */
const uncheckedSuffix = '.unchecked';
const corruptSuffix = '.corrupt';

/** How far a file is. */
export type Stage = 'none' | 'partial' | 'unchecked' | 'final';

export interface OnDisk {
  readonly stage: Stage;
  /** What it still needs of the disk. */
  readonly missingBytes: number;
}

/** Where the file is in the end. */
export function pathOf(folder: string, name: string): string {
  return join(folder, name);
}

/** @param known what is noted of the file that is there, in whatever stage */
export async function look(path: string, remote: Remote, known: FileRecord | undefined): Promise<OnDisk> {
  const final = await sizeOf(path);
  if (final?.bytes === remote.bytes && known !== undefined && isSame(known, remote)) return { stage: 'final', missingBytes: 0 };
  const unchecked = await sizeOf(path + uncheckedSuffix);
  if (unchecked !== undefined && unchecked.bytes >= remote.bytes) return { stage: 'unchecked', missingBytes: 0 };
  const partial = await sizeOf(path + partialSuffix);
  if (partial === undefined) return { stage: 'none', missingBytes: remote.bytes };
  // It has holes, which take no room yet.
  return { stage: 'partial', missingBytes: Math.max(0, remote.bytes - partial.allocated) };
}

/** Whether what was noted is of the version that the server has. Without a note the checksum will tell, where there is one. */
export function isSame(known: FileRecord | undefined, remote: Remote): boolean {
  if (known === undefined) return remote.sha256 !== undefined;
  if (known.bytes !== remote.bytes) return false;
  if (known.sha256 !== undefined && remote.sha256 !== undefined) return known.sha256 === remote.sha256;
  return known.etag === undefined || remote.etag === undefined || known.etag === remote.etag;
}

/** All bytes are there. Before they are cut off from ipull's note of that: the process may be killed in between. */
export async function markUnchecked(path: string): Promise<void> {
  await rename(path + partialSuffix, path + uncheckedSuffix);
}

/** What is to be checked, with nothing behind it any more. @returns where it is */
export async function openUnchecked(path: string, bytes: number): Promise<string> {
  await truncate(path + uncheckedSuffix, bytes);
  return path + uncheckedSuffix;
}

/** The file is right: gives it its name, on the disk as well. */
export async function markFinal(path: string): Promise<void> {
  const unchecked = path + uncheckedSuffix;
  const handle = await open(unchecked, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unchecked, path);
  for (const suffix of [partialSuffix, corruptSuffix]) await rm(path + suffix, { force: true });
}

/** The file is wrong. @returns where it lies now */
export async function setAside(path: string): Promise<string> {
  await rename(path + uncheckedSuffix, path + corruptSuffix);
  return path + corruptSuffix;
}

/** Deletes what is there of a download, but for the lock. */
export async function clear(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name !== lockName) await rm(join(folder, name), { recursive: true, force: true });
}

/** What the disk has room for; `undefined` where the system does not say. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

async function sizeOf(path: string): Promise<{ readonly bytes: number; readonly allocated: number } | undefined> {
  const facts = await stat(path).catch(() => undefined);
  return facts && { bytes: facts.size, allocated: Math.min(facts.size, facts.blocks * 512) };
}
