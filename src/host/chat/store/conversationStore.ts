/**
 * Conversations on disk, one JSON file each. Writes are atomic (a temporary file, then a rename), so that a crash leaves the old record or
 * the new one; while an answer streams they are throttled. A record that cannot be read is set aside and reported, the others live. One
 * that cannot be written is tried again until it can. Two windows may share the folder: of one conversation, the last writer's copy stays.
 */
import { renameSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Disposable } from '../../../util/event';
import { writeAtomically, writeAtomicallySync } from '../../../util/node/atomicWrite';
import { preparePrivateFolder, preparePrivateFolderSync, sweepTemporaries } from '../../../util/node/privateFolder';
import type { Log } from '../../services/log';
import { whileLocked, whileLockedSync } from './retryWhileLocked';
import { parseConversation, type Conversation } from './conversationRecords';
import { ConversationSummaries, type ConversationSummary } from './conversationSummaries';

export interface ConversationStoreOptions {
  /** Created when first written to. */
  readonly folder: string;
  readonly log: Log;
  /** A record could not be read and was renamed to `file`. */
  readonly onCorrupt: (file: string) => void;
  /** Writing keeps failing: what is written in the chat is in memory alone. Told once until a write succeeds again. */
  readonly onWriteFailing: () => void;
  /** Shortest time between two writes of what streams. */
  readonly writeIntervalMilliseconds?: number;
  /** Time before a failed write is tried again; doubles with each further failure. */
  readonly retryMilliseconds?: number;
}

/** Ids become file names: nothing that could leave the folder. */
const ID = /^[0-9a-zA-Z-]{1,64}$/;
const EXTENSION = '.json';

/** Failures in a row after which the user is told. */
const FAILURES_REPORTED = 3;
const LONGEST_RETRY_MILLISECONDS = 30_000;

/** A record that streams is written again after this many times what it took to make its text: a long one costs 2% of the host's time. */
const REST = 50;

export class ConversationStore implements Disposable {
  private readonly dirty = new Map<string, Conversation>();
  private readonly removed = new Set<string>();
  /** Being written: not on disk yet, and no longer in `dirty`. */
  private current: Conversation | undefined;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private disposed = false;
  /** Rounds of writing in a row in which something could not be written. */
  private failures = 0;
  /** Milliseconds that the text of the record written last took. */
  private cost = 0;
  private readonly summaries: ConversationSummaries;
  private swept: Promise<void> | undefined;

  constructor(private readonly options: ConversationStoreOptions) {
    const { folder, log } = options;
    this.summaries = new ConversationSummaries({ folder, log, load: (file) => this.load(file) });
  }

  /** The record, or `undefined` where there is none or it was corrupt. */
  async read(id: string): Promise<Conversation | undefined> {
    if (!ID.test(id) || this.removed.has(id)) return undefined;
    await this.flush();
    if (this.removed.has(id)) return undefined;
    // What could not be written is newer than what the disk has.
    return this.dirty.get(id) ?? this.load(this.file(id));
  }

  /** Every conversation, the one changed last first. */
  async list(): Promise<readonly ConversationSummary[]> {
    await this.flush();
    await (this.swept ??= this.sweep());
    return this.summaries.list();
  }

  /** Writes `conversation` soon: at most one write in each interval, longer for a long record, of what it is by then. */
  save(conversation: Conversation): void {
    if (this.disposed || this.removed.has(conversation.id) || !ID.test(conversation.id)) return;
    this.dirty.set(conversation.id, conversation);
    this.flushIn(Math.max(this.options.writeIntervalMilliseconds ?? 500, this.cost * REST));
  }

  /** Deletes the record; a later save of the same conversation is ignored. */
  async remove(id: string): Promise<void> {
    if (!ID.test(id)) return;
    this.removed.add(id);
    this.dirty.delete(id);
    await this.writing;
    await rm(this.file(id), { force: true });
  }

  /** Takes {@link remove} back: `conversation` is written again. */
  async restore(conversation: Conversation): Promise<void> {
    this.removed.delete(conversation.id);
    this.save(conversation);
    await this.flush();
  }

  /** Settles when everything saved so far is written. Never rejects: what could not be written is logged and tried again. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    // One write after another: an older text of a record must not be renamed after a newer one.
    this.writing = this.writing.then(() => this.writeDirty());
    return this.writing;
  }

  /** Writes what is left at once: VS Code does not wait for promises when it goes. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    clearTimeout(this.timer);
    if (this.current !== undefined && !this.removed.has(this.current.id)) this.dirty.set(this.current.id, this.current);
    for (const conversation of this.dirty.values()) {
      try {
        preparePrivateFolderSync(this.options.folder);
        const file = this.file(conversation.id);
        const commit = (temporary: string): void => {
          whileLockedSync(() => {
            renameSync(temporary, file);
          });
        };
        writeAtomicallySync(file, JSON.stringify(conversation), { flush: true, commit });
      } catch (error) {
        this.options.log.error(`conversation ${conversation.id} not written: ${String(error)}`);
      }
    }
    this.dirty.clear();
  }

  /** What a crash or a full disk left holds text of conversations, and would outlive their deletion. */
  private async sweep(): Promise<void> {
    const deleted = await sweepTemporaries(this.options.folder);
    if (deleted > 0) this.options.log.info(`${deleted} temporary files of earlier windows deleted`);
  }

  private flushIn(milliseconds: number): void {
    this.timer ??= setTimeout(() => void this.flush(), milliseconds);
  }

  private async writeDirty(): Promise<void> {
    let failed = false;
    for (const [id, conversation] of [...this.dirty]) {
      if (this.disposed) return;
      this.dirty.delete(id);
      this.current = conversation;
      try {
        await this.write(conversation);
      } catch (error) {
        failed = true;
        this.options.log.error(`conversation ${id} not written: ${String(error)}`);
        if (!this.removed.has(id) && !this.dirty.has(id)) this.dirty.set(id, conversation);
      }
      this.current = undefined;
    }
    if (!failed) this.failures = 0;
    else this.retryLater();
  }

  private retryLater(): void {
    this.failures++;
    if (this.disposed) return;
    const first = this.options.retryMilliseconds ?? 1000;
    this.flushIn(Math.min(LONGEST_RETRY_MILLISECONDS, first * 2 ** (this.failures - 1)));
    if (this.failures === FAILURES_REPORTED) this.options.onWriteFailing();
  }

  private async write(conversation: Conversation): Promise<void> {
    const file = this.file(conversation.id);
    await preparePrivateFolder(this.options.folder);
    const begun = performance.now();
    const text = JSON.stringify(conversation);
    this.cost = performance.now() - begun;
    const commit = (temporary: string): Promise<void> =>
      whileLocked(() => {
        // Looked at and renamed in one go: nothing can come between, as `dispose` or `remove` with a newer word on this record.
        if (!this.disposed && !this.removed.has(conversation.id)) renameSync(temporary, file);
      }, wait);
    await writeAtomically(file, text, { flush: true, commit });
  }

  private async load(file: string): Promise<Conversation | undefined> {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch {
      return undefined;
    }
    try {
      const record = parseConversation(text);
      if (`${record.id}${EXTENSION}` !== path.basename(file)) throw new Error(`holds the conversation ${record.id}`);
      return record;
    } catch (error) {
      await this.setAside(file, error);
      return undefined;
    }
  }

  private async setAside(file: string, reason: unknown): Promise<void> {
    this.options.log.error(`conversation ${path.basename(file)} set aside: ${String(reason)}`);
    const target = `${file}.corrupt`;
    try {
      await rename(file, target);
      this.options.onCorrupt(target);
    } catch (error) {
      this.options.log.error(`${path.basename(file)} could not be renamed: ${String(error)}`);
    }
  }

  private file(id: string): string {
    return path.join(this.options.folder, `${id}${EXTENSION}`);
  }
}
