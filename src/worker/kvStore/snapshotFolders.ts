/** The folders parked lanes lie in: who may read them, and what is found there. */
import { chmod, lstat, mkdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { firstLine, messageOf } from '../model/loadErrors';
import type { EngineLog } from '../model/loadModel';
import {
  deleteFile,
  deleteSnapshot,
  isWriterAlive,
  listFiles,
  pathOf,
  readHeader,
  type SnapshotFile,
  type SnapshotHeader,
} from './snapshotFiles';

const tmpfsType = 0x01021994;
const sharedMemory = '/dev/shm';

/**
 * The folder in memory, made where it is not there yet.
 * @param asked the folder it goes into; `false` for none, `undefined` for the system's
 * @returns `undefined` when there is none that can be used, which the log explains
 */
export async function openMemoryFolder(asked: string | false | undefined, log: EngineLog): Promise<string | undefined> {
  const parent = asked ?? (await findMemoryFolder());
  if (parent === undefined || parent === false) return undefined;
  try {
    return await prepareMemoryFolder(parent);
  } catch (error) {
    log('warn', `no lanes are parked in memory: ${firstLine(messageOf(error))}`);
    return undefined;
  }
}

/** The system's file system in memory, where there is one that anybody may write to. */
async function findMemoryFolder(): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const facts = await statfs(sharedMemory).catch(() => undefined);
  return facts?.type === tmpfsType ? sharedMemory : undefined;
}

/**
 * Makes this user's folder inside one that everybody may write to.
 * @throws when what has its name there is not a folder of this user's own
 */
async function prepareMemoryFolder(parent: string): Promise<string> {
  const uid = process.getuid?.();
  if (uid === undefined) throw new Error('this system knows no owner of a folder');
  const folder = join(parent, `paddock-${String(uid)}`);
  await mkdir(folder, { mode: 0o700 }).catch(() => undefined);
  const facts = await lstat(folder);
  if (!facts.isDirectory()) throw new Error(`${folder} is not a folder`);
  if (facts.uid !== uid) throw new Error(`${folder} belongs to somebody else`);
  if (facts.mode & 0o077) await chmod(folder, 0o700);
  return folder;
}

/** Nothing is written for longer than this; a process that now has the same id is another one. Milliseconds. */
const longestWrite = 24 * 60 * 60 * 1000;

/** Deletes what dead processes were writing, and states whose header never came. Another process's work under way stays. */
export async function sweep(folder: string): Promise<void> {
  const files = await listFiles(folder);
  const isUnderWay = ({ writer, modified }: SnapshotFile): boolean =>
    writer !== undefined && isWriterAlive(writer) && Date.now() - modified < longestWrite;
  const kept = new Set(files.filter((file) => file.part === 'head' && (file.writer === undefined || isUnderWay(file))).map(({ id }) => id));
  for (const file of files) {
    if (file.writer !== undefined) {
      if (!isUnderWay(file)) await deleteFile(file.path);
    } else if (!kept.has(file.id) && (await sizeOf(pathOf(folder, file.id, 'head'))) === undefined) {
      // Looked for again, as it may have got its final name while the folder was being read.
      await deleteFile(file.path);
    }
  }
}

export interface FoundSnapshot {
  readonly header: SnapshotHeader;
  /** Wall clock, milliseconds. */
  readonly lastUsed: number;
}

/** The snapshots in a folder, of every model. Deletes what was once one, or claims to be: broken headers, states of another size. */
export async function findSnapshots(folder: string): Promise<readonly FoundSnapshot[]> {
  const found: FoundSnapshot[] = [];
  for (const { id, part, writer, modified } of await listFiles(folder)) {
    if (part !== 'head' || writer !== undefined) continue;
    const header = await readHeader(folder, id);
    if (header === 'absent') continue;
    if (header !== 'broken' && (await sizeOf(pathOf(folder, id, 'state'))) === header.bytes) found.push({ header, lastUsed: modified });
    else await deleteSnapshot(folder, id);
  }
  return found;
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}
