import { randomBytes } from 'node:crypto';
import { commonPrefixLength } from '../../util/commonPrefix';
import { firstLine, messageOf } from '../model/loadErrors';
import type { EngineLog } from '../model/loadModel';
import type { Dropped, ParkedContent } from '../session/snapshotPolicy';
import { SnapshotEntry, type SnapshotFacts, type SnapshotFolders, type SnapshotIdentity } from './snapshotEntry';
import {
  commitSnapshot,
  copyState,
  createPrivateFile,
  deleteFile,
  deleteSnapshot,
  headerBytesOf,
  isWriterAlive,
  pathOf,
  sealHeader,
  sha256OfFile,
  stampOf,
  thisWriter,
  writeLastUsed,
  type SnapshotHeader,
} from './snapshotFiles';
import { preparePrivateFolder } from '../../util/node/privateFolder';
import { findSnapshots, openMemoryFolder, sweep } from './snapshotFolders';
import { SnapshotRoom, type Machine } from './snapshotQuota';

export type { SnapshotFacts, SnapshotIdentity } from './snapshotEntry';

export interface SnapshotStoreOptions {
  /** Absolute path, of the store's own; made when needed, closed to other users. Several processes may share it. */
  readonly folder: string;
  /** Most bytes all files of the store take in `folder`, those of other models included; 0 to keep nothing on disk. */
  readonly maxBytes: number;
  readonly identity: SnapshotIdentity;
  /** Whose lanes stand first and supersede each other. */
  readonly owner: string;
  readonly log: EngineLog;
  /** A folder in memory, in which the store makes one for this user; `false` for none. Left out, the store looks for the system's. */
  readonly memoryFolder?: string | false;
  /** Wall clock, milliseconds. */
  readonly now?: () => number;
  /** How much room the machine has; given by tests. */
  readonly machine?: Machine;
}

/**
 * Parked lanes, as files: written to memory where there is a file system there, then moved to disk. Nothing here throws for what the
 * file system does; what cannot be kept is evaluated again.
 */
export class SnapshotStore {
  private readonly known = new Map<string, SnapshotEntry>();
  private readonly writing = new Set<Promise<unknown>>();
  private readonly now: () => number;
  private readonly room: SnapshotRoom;
  private work: Promise<void> = Promise.resolve();
  private disposed = false;

  private constructor(
    private readonly options: SnapshotStoreOptions,
    private readonly folders: SnapshotFolders,
    /** As asked for; 0 when the folder cannot be used. */
    private readonly maxBytes: number,
  ) {
    this.now = options.now ?? Date.now;
    this.room = new SnapshotRoom(folders, maxBytes, options.machine);
  }

  /** Makes the folders, sweeps up after dead processes, and reads what is there. A folder that cannot be used is said in the log. */
  static async open(options: SnapshotStoreOptions): Promise<SnapshotStore> {
    const { log, folder } = options;
    let maxBytes = options.maxBytes;
    try {
      await preparePrivateFolder(folder);
    } catch (error) {
      maxBytes = 0;
      log('warn', `no lanes are parked on disk: ${firstLine(messageOf(error))}`);
    }
    const store = new SnapshotStore(options, { disk: folder, memory: await openMemoryFolder(options.memoryFolder, log) }, maxBytes);
    await store.load();
    return store;
  }

  /** Those of this identity that can be restored: this owner's first, then the most recently used first. */
  get entries(): readonly SnapshotFacts[] {
    const { identity, owner } = this.options;
    const usable = [...this.known.values()].filter((entry) => entry.isOf(identity));
    const rank = (entry: SnapshotEntry): number => (entry.owner === owner ? 0 : 1);
    return usable.sort((a, b) => rank(a) - rank(b) || b.lastUsed - a.lastUsed).map(({ facts }) => facts);
  }

  /**
   * Writes a lane's state; the rest happens in the background.
   * @param write writes the state to the path it gets, where an empty file is, and says how many bytes; the only part that needs the session
   * @returns `undefined` when the state cannot be kept, which the log explains
   */
  async save(lane: ParkedContent, write: (path: string) => Promise<number>): Promise<SnapshotFacts | undefined> {
    if (this.disposed || lane.tokens.length === 0) return undefined;
    const writing = this.write(lane, write);
    this.writing.add(writing);
    try {
      const entry = await writing;
      if (entry === undefined) return undefined;
      this.known.set(entry.id, entry);
      this.enqueue(() => this.keep(entry, lane.replaces));
      return entry.facts;
    } catch (error) {
      this.options.log('warn', `a lane of ${lane.tokens.length} tokens could not be parked: ${firstLine(messageOf(error))}`);
      return undefined;
    } finally {
      this.writing.delete(writing);
    }
  }

  /**
   * Hands a checked state to `read`, which returns the tokens it found in there.
   * @returns `false` when the state is not what it should be or cannot be read; it is removed then
   */
  async restore(id: string, read: (path: string) => Promise<readonly number[]>): Promise<boolean> {
    const entry = this.known.get(id);
    if (entry?.isOf(this.options.identity) !== true || this.disposed) return false;
    return entry.exclusive(async () => {
      if (entry.removed || !(await this.check(entry))) return false;
      try {
        const tokens = await read(entry.statePath);
        if (!isSame(tokens, entry.tokens)) throw new Error('the state holds other tokens than its header says');
      } catch (error) {
        this.options.log('warn', `a parked lane of ${entry.tokens.length} tokens could not be restored: ${firstLine(messageOf(error))}`);
        // A session that is ending refuses everything; that says nothing about the state.
        if (!this.disposed) await this.discard(entry);
        return false;
      }
      this.touch(id);
      return true;
    });
  }

  /** Checks checksums ahead of {@link restore}; what is not intact is removed. */
  async verify(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const entry = this.known.get(id);
      await entry?.exclusive(async () => {
        if (!entry.removed && !this.disposed) await this.check(entry);
      });
    }
  }

  /** Counts as used now. */
  touch(id: string): void {
    const entry = this.known.get(id);
    if (entry === undefined) return;
    entry.lastUsed = this.now();
    this.enqueue(async () => {
      if (!entry.removed && entry.committed) await writeLastUsed(entry.folder, id, entry.lastUsed);
    });
  }

  async remove(id: string): Promise<void> {
    const entry = this.known.get(id);
    if (entry !== undefined) await this.drop(entry);
  }

  /** Removes every snapshot of this owner's that is known here, those of other models included. */
  async clear(): Promise<Dropped> {
    const own = [...this.known.values()].filter(({ owner }) => owner === this.options.owner);
    let [parked, bytes] = [0, 0];
    for (const entry of own) {
      // Another store of this process may have dropped it just now.
      if ((await stampOf(entry.statePath)) !== undefined) [parked, bytes] = [parked + 1, bytes + entry.bytes];
      await this.drop(entry);
    }
    return { parked, bytes };
  }

  /** Tries again to move to disk what is still in memory, and waits for all background work. */
  async persist(): Promise<void> {
    for (const entry of this.ownInMemory()) this.enqueue(() => this.moveToDisk(entry));
    await this.settled();
  }

  /** Waits for all background work. */
  async settled(): Promise<void> {
    let seen: Promise<void> | undefined;
    while (seen !== this.work) {
      seen = this.work;
      await seen;
    }
  }

  /** Ends the store; what cannot be on disk is deleted, as memory must not stay taken by something nobody looks after. */
  async dispose(): Promise<void> {
    this.disposed = true;
    await Promise.allSettled(this.writing);
    await this.persist();
    for (const entry of this.ownInMemory()) await this.drop(entry);
  }

  private async write(lane: ParkedContent, write: (path: string) => Promise<number>): Promise<SnapshotEntry | undefined> {
    const place = await this.choosePlace(lane);
    const folder = place === 'memory' ? this.folders.memory : this.folders.disk;
    if (place === undefined || folder === undefined) {
      this.options.log('info', `a lane of ${lane.tokens.length} tokens is not parked: neither memory nor disk has room for it`);
      return undefined;
    }
    const { fingerprint, settings } = this.options.identity;
    const id = randomBytes(16).toString('hex');
    const path = pathOf(folder, id, 'state', true);
    try {
      await createPrivateFile(path);
      const bytes = await write(path);
      const found = (await stampOf(path))?.bytes ?? 0;
      if (bytes === 0 || bytes !== found) throw new Error(`${found} of ${bytes} bytes were written`);
      const { role, subject } = lane;
      const content = { role, ...(subject === undefined ? {} : { subject }), tokens: [...lane.tokens], bytes };
      const described = { id, fingerprint, settings, owner: this.options.owner, ...content };
      return SnapshotEntry.written(this.folders, place, described, this.now());
    } catch (error) {
      await deleteFile(path);
      throw error;
    }
  }

  /** Background work for a state that was written: its header, then its place on disk. */
  private async keep(entry: SnapshotEntry, replaces: string | undefined): Promise<void> {
    try {
      await this.commit(entry);
    } catch (error) {
      this.options.log('warn', `a lane that was parked is lost: ${firstLine(messageOf(error))}`);
      await this.drop(entry);
    }
    if (entry.removed) return;
    await this.supersede(entry, replaces);
    await this.moveToDisk(entry);
    // A state written straight to disk may have become larger than expected.
    if (entry.place === 'disk' && !(await this.makeRoom(0, entry.id))) {
      await this.drop(entry);
      await this.makeRoom(0);
    }
  }

  /** Writes the header where the state is. */
  private async commit(entry: SnapshotEntry): Promise<void> {
    if (entry.removed) return;
    const sha256 = await sha256OfFile(entry.statePath);
    await entry.exclusive(async () => {
      if (entry.removed) return;
      if (!(await entry.isWhole())) throw new Error('its state was changed by somebody else');
      await commitSnapshot(entry.folder, entry.header(sha256), entry.lastUsed);
      entry.sha256 = sha256;
      await entry.markChecked();
    });
  }

  private async moveToDisk(entry: SnapshotEntry): Promise<void> {
    const { sha256 } = entry;
    if (this.maxBytes === 0 || entry.removed || entry.place === 'disk' || sha256 === undefined) return;
    const header = { ...entry.header(sha256), writer: thisWriter };
    if (!(await this.makeRoom(entry.bytes + Buffer.byteLength(sealHeader(header))))) {
      this.options.log('info', `a parked lane of ${entry.bytes} bytes stays in memory: there is no room on disk`);
      return;
    }
    const { disk } = this.folders;
    const copy = pathOf(disk, entry.id, 'state', true);
    try {
      await copyState(entry.statePath, copy);
      await entry.exclusive(async () => {
        if (entry.removed) return;
        if ((await stampOf(copy))?.bytes !== entry.bytes) throw new Error('it was cut short');
        // A copy of a state that is right is taken as right; another process's is still to be checked.
        const isChecked = await entry.isUntouched();
        const from = entry.folder;
        await commitSnapshot(disk, header, entry.lastUsed);
        entry.place = 'disk';
        if (isChecked) await entry.markChecked();
        else entry.forgetCheck();
        await deleteSnapshot(from, entry.id);
      });
    } catch (error) {
      await this.lookAgain(entry, error);
    } finally {
      await deleteFile(copy);
    }
  }

  /** After a move that failed: another process may have been there first. */
  private async lookAgain(entry: SnapshotEntry, error: unknown): Promise<void> {
    const isGone = await entry.exclusive(async () => {
      await entry.follow();
      return (await stampOf(entry.statePath)) === undefined;
    });
    if (isGone) await this.drop(entry);
    else if (entry.place === 'memory') this.options.log('warn', `a parked lane stays in memory: ${firstLine(messageOf(error))}`);
  }

  /** Removes this owner's older snapshots of which the newer one has every token. Those of another process that lives are its own affair. */
  private async supersede(newer: SnapshotEntry, replaces: string | undefined): Promise<void> {
    for (const older of [...this.known.values()]) {
      if (older === newer || !older.committed || older.owner !== newer.owner || !older.isOf(this.options.identity)) continue;
      if (older.writer !== thisWriter && isWriterAlive(older.writer)) continue;
      const isWithin = commonPrefixLength(older.tokens, newer.tokens) === older.tokens.length;
      if (isWithin || older.id === replaces) await this.drop(older);
    }
  }

  private async choosePlace({ tokens, expectedBytes }: ParkedContent): Promise<SnapshotFacts['place'] | undefined> {
    const own = new Set(this.ownInMemory().map(({ id }) => id));
    const evictions = await this.room.inMemory(expectedBytes, own, this.lastUsedHere);
    if (evictions?.length === 0) return 'memory';
    if (this.maxBytes > 0 && (await this.makeRoom(expectedBytes + headerBytesOf(tokens)))) return 'disk';
    for (const id of evictions ?? []) await this.remove(id);
    return evictions === undefined ? undefined : 'memory';
  }

  /**
   * Deletes from disk, least recently used first and whosever they are, so that `needed` bytes more fit.
   * @returns `false`, with nothing deleted, when they would not fit anyway
   */
  private async makeRoom(needed: number, keep?: string): Promise<boolean> {
    const evictions = await this.room.onDisk(needed, keep, this.lastUsedHere);
    for (const id of evictions ?? []) {
      const entry = this.known.get(id);
      if (entry?.place === 'disk') await this.drop(entry);
      else await deleteSnapshot(this.folders.disk, id);
    }
    return evictions !== undefined;
  }

  private readonly lastUsedHere = (id: string): number => this.known.get(id)?.lastUsed ?? 0;

  private async load(): Promise<void> {
    const { disk, memory } = this.folders;
    await sweep(disk);
    await this.makeRoom(0);
    for (const { header, lastUsed } of await findSnapshots(disk)) this.add('disk', header, lastUsed);
    if (memory === undefined) return;
    await sweep(memory);
    for (const { header, lastUsed } of await findSnapshots(memory)) {
      if (this.known.get(header.id)?.place === 'disk') {
        // The process ended between the move's last two steps.
        if (!isWriterAlive(header.writer)) await deleteSnapshot(memory, header.id);
        continue;
      }
      const entry = this.add('memory', header, lastUsed);
      if (!isWriterAlive(header.writer)) this.enqueue(() => this.adopt(entry));
    }
  }

  private add(place: SnapshotFacts['place'], header: SnapshotHeader, lastUsed: number): SnapshotEntry {
    // A clock that was wrong once must not keep a snapshot for ever.
    const entry = SnapshotEntry.found(this.folders, place, header, Math.min(lastUsed, this.now()));
    this.known.set(entry.id, entry);
    return entry;
  }

  /** Looks after what a dead process left in memory. What is of no use to this model is kept on disk or not at all. */
  private async adopt(entry: SnapshotEntry): Promise<void> {
    await this.moveToDisk(entry);
    if (entry.place === 'memory' && !entry.isOf(this.options.identity)) await this.drop(entry);
  }

  private ownInMemory(): readonly SnapshotEntry[] {
    return [...this.known.values()].filter(
      ({ place, committed, writer }) => place === 'memory' && committed && (writer === thisWriter || !isWriterAlive(writer)),
    );
  }

  /** Removes a snapshot that is not intact. Within {@link SnapshotEntry.exclusive}. */
  private async check(entry: SnapshotEntry): Promise<boolean> {
    if (await entry.isIntact()) return true;
    this.options.log('warn', `a parked lane of ${entry.tokens.length} tokens is gone or damaged, and is not used`);
    await this.discard(entry);
    return false;
  }

  /** Within {@link SnapshotEntry.exclusive}. */
  private async discard(entry: SnapshotEntry): Promise<void> {
    entry.removed = true;
    this.known.delete(entry.id);
    await deleteSnapshot(entry.folder, entry.id);
  }

  private drop(entry: SnapshotEntry): Promise<void> {
    return entry.exclusive(() => this.discard(entry));
  }

  /** One thing after the other, in the order of the saves. */
  private enqueue(task: () => Promise<void>): void {
    this.work = this.work.then(task).catch((error: unknown) => {
      this.options.log('error', `parked lanes: ${firstLine(messageOf(error))}`);
    });
  }
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && commonPrefixLength(a, b) === a.length;
}
