import type { LaneRole } from '../../contract/sessionFacts';
import { codeOf, pathOf, readHeader, sha256OfFile, stampOf, thisWriter, type SnapshotHeader } from './snapshotFiles';

/** What a state depends on beside its tokens: one of another model or other settings may crash the process that reads it. */
export interface SnapshotIdentity {
  readonly fingerprint: string;
  /** Everything else a state depends on: context tokens a lane, KV types, library version, llama.cpp release. */
  readonly settings: string;
}

export interface SnapshotFacts {
  readonly id: string;
  readonly role: LaneRole;
  readonly subject?: string | undefined;
  readonly tokens: readonly number[];
  /** Size of the state. */
  readonly bytes: number;
  /** The workspace it was written for. */
  readonly owner: string;
  /** Wall clock, milliseconds. */
  readonly lastUsed: number;
  /** `memory` is a file system in memory. */
  readonly place: 'memory' | 'disk';
}

/** The two folders of a store; without `memory` everything is written to disk. */
export interface SnapshotFolders {
  readonly disk: string;
  readonly memory: string | undefined;
}

type Described = Omit<SnapshotHeader, 'sha256'>;

/**
 * One snapshot as this process knows it. What changes its files goes through {@link exclusive}; other processes change them too, so each
 * of its methods reckons with files that are gone.
 */
export class SnapshotEntry {
  removed = false;
  /** Stamp of the state for which the checksum is known to be right. */
  private checked: string | undefined;
  private tail: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly folders: SnapshotFolders,
    public place: SnapshotFacts['place'],
    private readonly described: Described,
    public lastUsed: number,
    /** Of the state; known from the header on. */
    public sha256: string | undefined,
  ) {}

  /** A state that this process has just written. */
  static written(
    folders: SnapshotFolders,
    place: SnapshotFacts['place'],
    described: Omit<Described, 'writer'>,
    lastUsed: number,
  ): SnapshotEntry {
    return new SnapshotEntry(folders, place, { ...described, writer: thisWriter }, lastUsed, undefined);
  }

  /** A snapshot that was found. */
  static found(
    folders: SnapshotFolders,
    place: SnapshotFacts['place'],
    { sha256, ...described }: SnapshotHeader,
    lastUsed: number,
  ): SnapshotEntry {
    return new SnapshotEntry(folders, place, described, lastUsed, sha256);
  }

  get id(): string {
    return this.described.id;
  }

  get bytes(): number {
    return this.described.bytes;
  }

  get owner(): string {
    return this.described.owner;
  }

  get tokens(): readonly number[] {
    return this.described.tokens;
  }

  /** The process that wrote it. */
  get writer(): string {
    return this.described.writer;
  }

  /** Whether its header is written, so that it outlives this process. */
  get committed(): boolean {
    return this.sha256 !== undefined;
  }

  get folder(): string {
    return this.place === 'memory' && this.folders.memory !== undefined ? this.folders.memory : this.folders.disk;
  }

  get statePath(): string {
    return pathOf(this.folder, this.id, 'state', !this.committed);
  }

  get facts(): SnapshotFacts {
    const { id, role, subject, tokens, bytes, owner } = this.described;
    return { id, role, subject, tokens, bytes, owner, lastUsed: this.lastUsed, place: this.place };
  }

  isOf({ fingerprint, settings }: SnapshotIdentity): boolean {
    return this.described.fingerprint === fingerprint && this.described.settings === settings;
  }

  header(sha256: string): SnapshotHeader {
    return { ...this.described, sha256 };
  }

  /** Runs one thing after the other: nothing is moved or deleted while it is being read. Must not be called from within. */
  exclusive<T>(run: () => Promise<T>): Promise<T> {
    const result = this.tail.then(run);
    this.tail = result.catch(() => undefined);
    return result;
  }

  /** Whether the state is the one that was checked, by what the file system says. */
  async isUntouched(): Promise<boolean> {
    return this.checked !== undefined && (await stampOf(this.statePath))?.stamp === this.checked;
  }

  /** Takes the state, as it lies there now, as right. */
  async markChecked(): Promise<void> {
    this.checked = (await stampOf(this.statePath))?.stamp;
  }

  forgetCheck(): void {
    this.checked = undefined;
  }

  /** Whether a state that has no header yet is as long as it was when it was written. */
  async isWhole(): Promise<boolean> {
    return (await stampOf(this.statePath))?.bytes === this.bytes;
  }

  /** Whether the state is whole and has the header's checksum, which is computed once unless the file changes. */
  async isIntact(): Promise<boolean> {
    await this.follow();
    const found = await stampOf(this.statePath);
    if (found === undefined) return false;
    if (found.stamp === this.checked) return true;
    if (found.bytes !== this.bytes) return false;
    // Only this process knows a file that has no header yet, and has just written it.
    if (this.sha256 === undefined) return true;
    try {
      if ((await sha256OfFile(this.statePath)) !== this.sha256) return false;
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      return false;
    }
    this.checked = found.stamp;
    return true;
  }

  /** Another process may have moved it from memory to disk. */
  async follow(): Promise<void> {
    if (this.place === 'disk' || (await stampOf(this.statePath)) !== undefined) return;
    const header = await readHeader(this.folders.disk, this.id);
    if (typeof header !== 'string' && header.sha256 === this.sha256) this.place = 'disk';
  }
}
