/**
 * The files of a parked lane: its state, as llama.cpp wrote it, and its header, which says what the state is. A snapshot exists from the
 * moment its header has its final name; the state gets its own just before. Until then both carry the name of the process that writes
 * them, so that what a crash leaves behind can be told from work under way.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, readSync } from 'node:fs';
import { open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import * as v from 'valibot';
import type { LaneRole } from '../../contract/sessionFacts';
import { isAlive } from '../../util/node/process';

/** Raised when the header changes shape; snapshots of any other version are of no use. */
const snapshotVersion = 1;

/** A header is some tokens long; a file beyond this is none. */
const largestHeader = 16 * 1024 * 1024;
const mostTokens = 4 * 1024 * 1024;
/** Bytes hashed in one turn of the event loop: about a millisecond. */
const hashedBytes = 1024 * 1024;
/** Bytes copied by one task of the pool, whose one thread also decodes: some milliseconds between two steps. */
const copiedBytes = 4 * 1024 * 1024;

const writerPattern = /^[1-9]\d{0,9}-[0-9a-f]{8}$/;
const namePattern = /^([0-9a-f]{32})\.(state|head)(?:\.([1-9]\d{0,9}-[0-9a-f]{8})\.tmp)?$/;
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const headerSchema = v.object({
  version: v.number(),
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  fingerprint: v.string(),
  settings: v.string(),
  owner: v.string(),
  /** The lane's role, in the words of the first version of this file. */
  purpose: v.picklist(['chat', 'ghost']),
  subject: v.exactOptional(v.string()),
  // One check for all of them: an object for each of 100,000 tokens takes longer than reading the file.
  tokens: v.custom<readonly number[]>(isTokens),
  bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  sha256: digest,
  /** The process that wrote it, see {@link thisWriter}: whoever finds the header in memory knows whether somebody still looks after it. */
  writer: v.pipe(v.string(), v.regex(writerPattern)),
});

/** What a snapshot is. `bytes` and `sha256` are those of the state. */
export type SnapshotHeader = Readonly<Omit<v.InferOutput<typeof headerSchema>, 'version' | 'purpose'>> & { readonly role: LaneRole };

function isTokens(value: unknown): boolean {
  const isToken = (token: unknown): boolean => Number.isInteger(token) && (token as number) >= 0 && (token as number) < 2 ** 31;
  return Array.isArray(value) && value.length > 0 && value.length <= mostTokens && value.every(isToken);
}

/** This process, in names and headers. The second part tells it from an earlier process that had the same id. */
export const thisWriter = `${String(process.pid)}-${randomBytes(4).toString('hex')}`;

/** Whether the process so called still runs. */
export function isWriterAlive(writer: string): boolean {
  if (writer === thisWriter) return true;
  const pid = Number.parseInt(writer, 10);
  return pid !== process.pid && isAlive(pid);
}

export type SnapshotPart = 'state' | 'head';

/** A file's path: the final one, or the one it has while this process writes it. Says nothing of what is inside. */
export function pathOf(folder: string, id: string, part: SnapshotPart, temporary = false): string {
  return join(folder, temporary ? `${id}.${part}.${thisWriter}.tmp` : `${id}.${part}`);
}

/** A file of the store. `writer` is there while it is being written. */
export interface SnapshotFile {
  readonly path: string;
  readonly id: string;
  readonly part: SnapshotPart;
  readonly writer: string | undefined;
  readonly bytes: number;
  /** Wall clock, milliseconds. Of a final header: when the snapshot was used last. */
  readonly modified: number;
}

/** The store's files in a folder, whatever model they are of. What cannot be read, or is gone by then, is left out. */
export async function listFiles(folder: string): Promise<readonly SnapshotFile[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const files = names.map(async (name): Promise<SnapshotFile | undefined> => {
    const [, id, part, writer] = namePattern.exec(name) ?? [];
    if (id === undefined || (part !== 'state' && part !== 'head')) return undefined;
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined);
    return facts?.isFile() === true ? { path, id, part, writer, bytes: facts.size, modified: Math.round(facts.mtimeMs) } : undefined;
  });
  return (await Promise.all(files)).filter((file) => file !== undefined);
}

/** The text of a header: the checksum of what follows, and JSON. */
export function sealHeader({ role, ...header }: SnapshotHeader): string {
  const body = JSON.stringify({ version: snapshotVersion, ...header, purpose: role === 'completion' ? 'ghost' : role });
  return `${sha256OfText(body)}\n${body}`;
}

/** About the size of a header, in bytes. */
export function headerBytesOf(tokens: readonly number[]): number {
  return 1024 + tokens.length * 7;
}

/**
 * Reads a header.
 * @returns `broken` when it is none, not whole, of another version or of another id; `absent` when it is gone or cannot be read
 */
export async function readHeader(folder: string, id: string): Promise<SnapshotHeader | 'broken' | 'absent'> {
  const path = pathOf(folder, id, 'head');
  let text: string;
  try {
    if ((await stat(path)).size > largestHeader) return 'broken';
    text = await readFile(path, 'utf8');
  } catch {
    return 'absent';
  }
  const end = text.indexOf('\n');
  const body = text.slice(end + 1);
  if (end < 0 || sha256OfText(body) !== text.slice(0, end)) return 'broken';
  try {
    const { version, purpose, ...header } = v.parse(headerSchema, JSON.parse(body));
    return version === snapshotVersion && header.id === id ? { ...header, role: purpose === 'ghost' ? 'completion' : purpose } : 'broken';
  } catch {
    return 'broken';
  }
}

/**
 * Makes a snapshot of a state that has its temporary name in the folder. A crash leaves all of it or nothing that counts. Nothing waits
 * for the medium: what a loss of power leaves unfinished fails its checksum.
 */
export async function commitSnapshot(folder: string, header: SnapshotHeader, lastUsed: number): Promise<void> {
  const temporary = pathOf(folder, header.id, 'head', true);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(sealHeader(header));
      await file.utimes(lastUsed / 1000, lastUsed / 1000);
    } finally {
      await file.close();
    }
    await rename(pathOf(folder, header.id, 'state', true), pathOf(folder, header.id, 'state'));
    await rename(temporary, pathOf(folder, header.id, 'head'));
  } catch (error) {
    await deleteFile(temporary);
    throw error;
  }
}

/** Deletes a snapshot, the header first: a state alone is nobody's. Also what this process has begun to write of it. */
export async function deleteSnapshot(folder: string, id: string): Promise<void> {
  for (const part of ['head', 'state'] as const) {
    await deleteFile(pathOf(folder, id, part));
    await deleteFile(pathOf(folder, id, part, true));
  }
}

/** Deletes a file if it can be: it may be gone, or another process may have it open where that forbids it. The next sweep tries again. */
export async function deleteFile(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

/** Says in the file system, for every process that shares the folder, when a snapshot was used last. */
export async function writeLastUsed(folder: string, id: string, lastUsed: number): Promise<void> {
  await utimes(pathOf(folder, id, 'head'), lastUsed / 1000, lastUsed / 1000).catch(() => undefined);
}

/** An empty file that nobody else may read: what is then written to its path keeps that. */
export async function createPrivateFile(path: string): Promise<void> {
  await (await open(path, 'wx', 0o600)).close();
}

/** Copies a state beside the event loop. The copy is as private as the original. */
export async function copyState(from: string, to: string): Promise<void> {
  const source = createReadStream(from, { highWaterMark: copiedBytes });
  await pipeline(source, createWriteStream(to, { flags: 'wx', mode: 0o600, highWaterMark: copiedBytes }));
}

/** The checksum of a file, which was written a moment ago or is wanted at once: read in pieces that hold up nothing. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(hashedBytes);
    // Read in the event loop: in the pool, whose one thread also decodes, each piece would wait for a step to end.
    for (let read = readSync(file.fd, piece); read > 0; read = readSync(file.fd, piece)) {
      hash.update(piece.subarray(0, read));
      await setImmediate();
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** Changes whenever a file's content may have: for telling that what was checked once is still the same. `undefined` when it is gone. */
export async function stampOf(path: string): Promise<{ readonly stamp: string; readonly bytes: number } | undefined> {
  const facts = await stat(path, { bigint: true }).catch(() => undefined);
  if (facts === undefined) return undefined;
  return { stamp: [facts.ino, facts.size, facts.mtimeNs, facts.ctimeNs].join('-'), bytes: Number(facts.size) };
}

function sha256OfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
