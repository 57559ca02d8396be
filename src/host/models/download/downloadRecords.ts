import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { isAlive } from '../../../util/node/process';
import type { DownloadSource } from './downloadTypes';

const sourceSchema = v.object({
  id: v.string(),
  name: v.string(),
  repository: v.string(),
  revision: v.string(),
  files: v.array(v.object({ path: v.string(), bytes: v.number(), sha256: v.optional(v.string()) })),
});

/** What the download's process notes beside the files, in `download.json`. */
const schema = v.object({
  version: v.literal(1),
  source: sourceSchema,
  files: v.array(v.object({ name: v.string(), bytes: v.number() })),
  bytes: v.number(),
  total: v.number(),
  finished: v.boolean(),
});

const ownerSchema = v.object({ pid: v.number(), host: v.string() });

export interface FoundDownload {
  readonly folder: string;
  readonly source: DownloadSource;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  readonly bytes: number;
  readonly total: number;
  /** Whether all of it is there and checked. */
  readonly finished: boolean;
  /** When it was last worked on, milliseconds since 1970. */
  readonly changed: number;
}

/** Every download in a folder of them; what cannot be read is none. */
export async function findDownloads(root: string): Promise<readonly FoundDownload[]> {
  const names = await readdir(root).catch(() => []);
  const found = await Promise.all(names.map((name) => findDownload(join(root, name))));
  return found.filter((each) => each !== undefined);
}

export async function findDownload(folder: string): Promise<FoundDownload | undefined> {
  try {
    const path = join(folder, 'download.json');
    const { success, output } = v.safeParse(schema, JSON.parse(await readFile(path, 'utf8')));
    if (!success) return undefined;
    const { source, files, bytes, total } = output;
    const { mtimeMs } = await stat(path);
    return {
      folder,
      source,
      files,
      bytes,
      total,
      finished: output.finished && (await areThere(folder, files)),
      changed: Math.round(mtimeMs),
    };
  } catch {
    return undefined;
  }
}

/** Whether a process is at work in the folder; one on another machine that shares it says so by what it has noted within a minute. */
export async function isHeld(folder: string): Promise<boolean> {
  try {
    const path = join(folder, 'owner.json');
    const { pid, host } = v.parse(ownerSchema, JSON.parse(await readFile(path, 'utf8')));
    if (host !== hostname()) return Date.now() - (await stat(path)).mtimeMs < 60_000;
    return isAlive(pid);
  } catch {
    return false;
  }
}

export async function deleteDownload(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

async function areThere(folder: string, files: FoundDownload['files']): Promise<boolean> {
  const sizes = await Promise.all(
    files.map(({ name }) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => -1,
      ),
    ),
  );
  return files.length > 0 && files.every(({ bytes }, index) => sizes[index] === bytes);
}
