import { statfs } from 'node:fs/promises';
import { availableBytes } from '../../util/node/memory';
import type { SnapshotFolders } from './snapshotEntry';
import { listFiles, type SnapshotFile } from './snapshotFiles';

/** What the machine has to spare, in bytes. */
export interface Machine {
  readonly availableMemory: () => number;
  /** Of the file system a folder is in. */
  readonly space: (folder: string) => Promise<{ readonly free: number; readonly total: number }>;
}

const thisMachine: Machine = {
  availableMemory: availableBytes,
  space: async (folder) => {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  },
};

const gigabyte = 1024 ** 3;

/** What parked lanes leave free of a disk: a twentieth, at least one gigabyte and at most ten. */
export function reserveOf(totalBytes: number): number {
  return Math.min(Math.max(totalBytes / 20, gigabyte), 10 * gigabyte);
}

/** A snapshot that could be deleted. `lastUsed` is wall clock in milliseconds. */
export interface Evictable {
  readonly id: string;
  readonly bytes: number;
  readonly lastUsed: number;
}

/**
 * What to delete so that `needed` bytes more fit under `allowed`, the least recently used first.
 * @param usedBytes of everything that counts, what cannot be deleted included
 * @returns `undefined` when deleting all of it would not be enough
 */
export function chooseEvictions(
  snapshots: readonly Evictable[],
  usedBytes: number,
  needed: number,
  allowed: number,
): readonly string[] | undefined {
  const evicted: string[] = [];
  let used = usedBytes;
  for (const { id, bytes } of [...snapshots].sort((a, b) => a.lastUsed - b.lastUsed)) {
    if (used + needed <= allowed) break;
    evicted.push(id);
    used -= bytes;
  }
  return used + needed <= allowed ? evicted : undefined;
}

/** How much parked lanes may take, and which of them have to go for one more. */
export class SnapshotRoom {
  constructor(
    private readonly folders: SnapshotFolders,
    private readonly maxBytes: number,
    private readonly machine: Machine = thisMachine,
  ) {}

  /**
   * What has to go from memory. Parked lanes take at most half of what could be had without them, of the file system there and of memory
   * itself, so that nothing else is pushed out.
   * @param own what may go
   * @param lastUsedHere newer than what the file system says, or 0
   * @returns `undefined` when that is too little, or there is no folder in memory
   */
  async inMemory(needed: number, own: ReadonlySet<string>, lastUsedHere: (id: string) => number): Promise<readonly string[] | undefined> {
    const { memory } = this.folders;
    if (memory === undefined) return undefined;
    const files = await listFiles(memory);
    const used = sumOf(files);
    const free = Math.min((await this.spaceIn(memory))?.free ?? 0, this.machine.availableMemory());
    const candidates = snapshotsAmong(files, lastUsedHere).filter(({ id }) => own.has(id));
    return chooseEvictions(candidates, used, needed, (free + used) / 2);
  }

  /**
   * What has to go from disk: all files of the store stay under its cap, and under what leaves the reserve free.
   * @param keep is not chosen
   * @param lastUsedHere newer than what the file system says, or 0
   * @returns `undefined` when it would not fit anyway
   */
  async onDisk(needed: number, keep: string | undefined, lastUsedHere: (id: string) => number): Promise<readonly string[] | undefined> {
    const { disk } = this.folders;
    const files = await listFiles(disk);
    const used = sumOf(files);
    const space = await this.spaceIn(disk);
    // Where the disk cannot be asked, writing to it will say that it is full.
    const beside = space === undefined ? Infinity : space.free - reserveOf(space.total);
    const allowed = Math.max(0, Math.min(this.maxBytes, used + beside));
    const candidates = snapshotsAmong(files, lastUsedHere).filter(({ id }) => id !== keep);
    return chooseEvictions(candidates, used, needed, allowed);
  }

  private async spaceIn(folder: string): Promise<{ readonly free: number; readonly total: number } | undefined> {
    return this.machine.space(folder).catch(() => undefined);
  }
}

/** The whole snapshots among files. */
function snapshotsAmong(files: readonly SnapshotFile[], lastUsedHere: (id: string) => number): readonly Evictable[] {
  const finals = files.filter(({ writer }) => writer === undefined);
  const states = new Map(finals.filter(({ part }) => part === 'state').map((file) => [file.id, file.bytes]));
  const headers = finals.filter(({ part }) => part === 'head');
  return headers.map(({ id, bytes, modified }) => ({
    id,
    bytes: bytes + (states.get(id) ?? 0),
    lastUsed: Math.max(modified, lastUsedHere(id)),
  }));
}

function sumOf(files: readonly SnapshotFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
