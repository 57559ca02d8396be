/**
 * What the list says of each conversation, kept so that opening it does not parse every record: in memory, and over restarts in a file
 * beside the records. It is a cache: an entry counts only for the very file it was made from, and a broken cache is made anew.
 */
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { writeAtomically } from '../../../util/node/atomicWrite';
import type { Log } from '../../services/log';
import type { Conversation } from './conversationRecords';

const summary = v.object({
  id: v.string(),
  title: v.string(),
  /** Milliseconds since the epoch. */
  updatedAt: v.number(),
  turns: v.number(),
  pinned: v.boolean(),
});

/** `size` and `modified` are those of the record's file when the summary was made. */
const entry = v.object({ size: v.number(), modified: v.number(), summary });
const index = v.object({ version: v.literal(1), entries: v.record(v.string(), entry) });

export type ConversationSummary = Readonly<v.InferOutput<typeof summary>>;
type Entry = v.InferOutput<typeof entry>;

export interface SummaryOptions {
  readonly folder: string;
  readonly log: Log;
  /** The record in a file; `undefined` where there is none, or where it was corrupt and set aside. */
  readonly load: (file: string) => Promise<Conversation | undefined>;
}

/** Not of the records' kind by its name. */
const FILE = 'summaries.index';
const EXTENSION = '.json';
/** Records read at a time. */
const BATCH = 16;

export class ConversationSummaries {
  private entries: ReadonlyMap<string, Entry> | undefined;

  constructor(private readonly options: SummaryOptions) {}

  /** Of every record in the folder, the one changed last first. */
  async list(): Promise<readonly ConversationSummary[]> {
    const before = (this.entries ??= await this.read());
    const names = (await readdir(this.options.folder).catch(() => [])).filter((name) => name.endsWith(EXTENSION));
    const after = new Map<string, Entry>();
    let changed = names.length !== before.size;
    for (let start = 0; start < names.length; start += BATCH) {
      const batch = names.slice(start, start + BATCH).map(async (name) => [name, await this.current(name, before.get(name))] as const);
      for (const [name, found] of await Promise.all(batch)) {
        if (found !== undefined) after.set(name, found);
        changed ||= found !== before.get(name);
      }
    }
    this.entries = after;
    if (changed) await this.write(after);
    return [...after.values()].map((each) => each.summary).sort((a, b) => b.updatedAt - a.updatedAt);
  }

  /** `known` where it still is of this file. Its facts are taken before it is read: one that changes meanwhile is read again next time. */
  private async current(name: string, known: Entry | undefined): Promise<Entry | undefined> {
    const file = path.join(this.options.folder, name);
    const facts = await stat(file).catch(() => undefined);
    if (facts === undefined) return undefined;
    const { size, mtimeMs: modified } = facts;
    if (known?.size === size && known.modified === modified) return known;
    const record = await this.options.load(file);
    return record && { size, modified, summary: summaryOf(record) };
  }

  private async read(): Promise<ReadonlyMap<string, Entry>> {
    const text = await readFile(path.join(this.options.folder, FILE), 'utf8').catch(() => undefined);
    if (text === undefined) return new Map();
    try {
      return new Map(Object.entries(v.parse(index, JSON.parse(text)).entries));
    } catch (error) {
      this.options.log.warn(`the list of conversations is made anew: ${String(error)}`);
      return new Map();
    }
  }

  private async write(entries: ReadonlyMap<string, Entry>): Promise<void> {
    const file = path.join(this.options.folder, FILE);
    const content: v.InferOutput<typeof index> = { version: 1, entries: Object.fromEntries(entries) };
    try {
      await writeAtomically(file, JSON.stringify(content));
    } catch (error) {
      this.options.log.warn(`the list of conversations was not kept: ${String(error)}`);
    }
  }
}

function summaryOf({ id, title, updatedAt, turns, pinned = false }: Conversation): ConversationSummary {
  return { id, title, updatedAt, turns: turns.length, pinned };
}
