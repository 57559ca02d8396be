import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHeader, sealHeader, thisWriter } from '../../../../src/worker/kvStore/snapshotFiles';
import { SnapshotStore, type SnapshotFacts, type SnapshotStoreOptions } from '../../../../src/worker/kvStore/snapshotStore';

export const identity = { fingerprint: 'f', settings: 's' };

const gigabyte = 1024 ** 3;

/** A name such as those of processes, of one that has ended. */
export const deadWriter = `${String(spawnSync(process.execPath, ['-e', '']).pid)}-00000000`;

/** The folders of some stores, in a temporary one, with a clock that moves by a second with each look. */
export class Place {
  time = Date.UTC(2026, 0, 1);
  freeDisk = 100 * gigabyte;
  availableMemory = 10 * gigabyte;
  readonly lines: string[] = [];
  private readonly stores: SnapshotStore[] = [];

  private constructor(readonly root: string) {}

  static async make(): Promise<Place> {
    const place = new Place(await mkdtemp(join(tmpdir(), 'paddock-snapshots-')));
    await mkdir(join(place.root, 'memory'));
    return place;
  }

  get disk(): string {
    return join(this.root, 'disk');
  }

  /** The user's folder in memory. */
  get memory(): string {
    return join(this.root, 'memory', `paddock-${String(process.getuid?.())}`);
  }

  async open(more: Partial<SnapshotStoreOptions> = {}): Promise<SnapshotStore> {
    const store = await SnapshotStore.open({
      folder: this.disk,
      maxBytes: gigabyte,
      identity,
      owner: 'here',
      log: (level, message) => this.lines.push(`${level}: ${message}`),
      memoryFolder: join(this.root, 'memory'),
      now: () => (this.time += 1000),
      machine: {
        availableMemory: () => this.availableMemory,
        space: (folder) => Promise.resolve({ free: folder === this.disk ? this.freeDisk : gigabyte, total: 100 * gigabyte }),
      },
      ...more,
    });
    this.stores.push(store);
    return store;
  }

  /** As it is when the process ends without a word: a copy of the files, in which nobody named is alive. */
  async crashed(): Promise<Place> {
    const copy = await Place.make();
    try {
      cpSync(this.root, copy.root, { recursive: true });
    } catch (error) {
      // A file that is renamed while files are copied: no moment that there ever was.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      await copy.remove();
      return this.crashed();
    }
    for (const folder of [copy.disk, copy.memory]) await forgetWriter(folder);
    return copy;
  }

  async files(): Promise<readonly string[]> {
    const names = await Promise.all([this.disk, this.memory].map((folder) => readdir(folder).catch((): string[] => [])));
    return names.flat();
  }

  async remove(): Promise<void> {
    for (const store of this.stores) await store.dispose();
    await rm(this.root, { recursive: true, force: true });
  }
}

async function forgetWriter(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const path = join(folder, name);
    if (name.includes(thisWriter)) await rename(path, path.replace(thisWriter, deadWriter));
    if (!name.endsWith('.head')) continue;
    const header = await readHeader(folder, name.slice(0, 32));
    if (typeof header !== 'string') await writeFile(path, sealHeader({ ...header, writer: deadWriter }));
  }
}

/** A state of so many bytes or a little more, which says its tokens as llama.cpp's does. */
export function stateOf(tokens: readonly number[], bytes = 0): string {
  return `${JSON.stringify(tokens)}\n`.padEnd(bytes, 'x');
}

export async function readState(path: string): Promise<readonly number[]> {
  const [line = ''] = (await readFile(path, 'utf8')).split('\n', 1);
  return JSON.parse(line) as readonly number[];
}

export interface Lane {
  readonly tokens: readonly number[];
  readonly bytes?: number;
  readonly role?: 'chat' | 'completion';
  readonly replaces?: string;
}

/** What writes a state and says how many bytes, as a lane does. */
export function writing(state: string): (path: string) => Promise<number> {
  return async (path) => {
    await writeFile(path, state);
    return Buffer.byteLength(state);
  };
}

/** Saves a lane, and waits until it lies where it belongs. */
export async function park(
  store: SnapshotStore,
  { tokens, bytes = 100, role = 'chat', replaces }: Lane,
): Promise<SnapshotFacts | undefined> {
  const lane = { role, tokens, expectedBytes: bytes, ...(replaces === undefined ? {} : { replaces }) };
  const facts = await store.save(lane, writing(stateOf(tokens, bytes)));
  await store.settled();
  return facts;
}

/** The same, where it is known to be kept. */
export async function parked(store: SnapshotStore, lane: Lane): Promise<string> {
  const facts = await park(store, lane);
  if (facts === undefined) throw new Error('it was not kept');
  return facts.id;
}

export function tokensOf(store: SnapshotStore): readonly (readonly number[])[] {
  return store.entries.map(({ tokens }) => tokens);
}
