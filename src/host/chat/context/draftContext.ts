import { Emitter, type Disposable, type Event } from '../../../util/event';
import type { DraftAttachmentView } from '../../../contract/webview/chatMessages';
import { contentOf, movedBy, sameItem, type DraftItem, type Item, type LineChange, type Reading } from './contextItems';
import type { LocatedContent } from './locatedContent';

/** Where a draft's items are kept over a reload. */
export interface ItemMemory {
  items: readonly DraftItem[];
}

/** How an item is shown, whatever is in it. */
export type ItemView = Omit<DraftAttachmentView, 'id' | 'tokens' | 'isEstimate' | 'problem'>;

/** Tokens of an item; empty while they are not known. */
export type AttachmentCount = Pick<DraftAttachmentView, 'tokens' | 'isEstimate'>;

export interface DraftContextDeps {
  readonly memory: ItemMemory;
  /** Never rejects. */
  readonly read: (item: Item) => Promise<Reading>;
  readonly view: (item: Item) => ItemView;
  readonly newId: () => string;
}

/** What is attached to the question that is being typed. Reads it ahead, to count it, and once more when the question is sent. */
export class DraftContext implements Disposable {
  private readonly changes = new Emitter<undefined>();
  private readonly readings = new Map<string, Reading>();

  /** Fires when there are others, or what was read of one is another. */
  readonly onDidChange: Event<undefined> = this.changes.event;

  private kept: readonly DraftItem[];

  constructor(private readonly deps: DraftContextDeps) {
    this.kept = deps.memory.items;
  }

  get items(): readonly DraftItem[] {
    return this.kept;
  }

  /** What was read of an item last. */
  reading(id: string): Reading | undefined {
    return this.readings.get(id);
  }

  /** What was last read of all that could be read, as the content of a question. */
  get content(): Omit<LocatedContent, 'text'> {
    return contentOf(this.items.flatMap(({ id, item }) => located(this.readings.get(id), item)));
  }

  /** @param countOf tells how many tokens an item takes, where that is known */
  views(countOf: (item: DraftItem) => AttachmentCount): readonly DraftAttachmentView[] {
    return this.items.map((each) => {
      const reading = this.readings.get(each.id);
      return {
        id: each.id,
        ...this.deps.view(each.item),
        ...countOf(each),
        ...(reading?.kind === 'unreadable' ? { problem: reading.problem } : {}),
      };
    });
  }

  /** Attaches, and reads what was attached. What is attached already is not attached twice. */
  async add(items: readonly Item[]): Promise<void> {
    const added: DraftItem[] = [];
    for (const item of items) {
      const known = [...this.items, ...added].some((other) => sameItem(other.item, item));
      if (!known) added.push({ id: this.deps.newId(), item });
    }
    if (added.length === 0) return;
    this.replace([...this.items, ...added]);
    await this.refresh(({ id }) => added.some((each) => each.id === id));
  }

  remove(id: string): void {
    if (!this.items.some((each) => each.id === id)) return;
    this.replace(this.items.filter((each) => each.id !== id));
  }

  clear(): void {
    if (this.items.length > 0) this.replace([]);
  }

  /** Reads again what `affected` picks: it may have changed. */
  async refresh(affected: (item: DraftItem) => boolean = () => true): Promise<void> {
    const read = await Promise.all(this.items.filter(affected).map(async (each) => [each, await this.deps.read(each.item)] as const));
    for (const [each, reading] of read) {
      // Those that were removed meanwhile, or moved, are not of interest any more.
      if (this.items.includes(each)) this.readings.set(each.id, reading);
    }
    if (read.length > 0) this.changes.fire(undefined);
  }

  /** Lines of a document moved: those that are attached move along. */
  moved(uri: string, changes: readonly LineChange[]): void {
    const items = this.items.map(({ id, item }) => {
      if ((item.kind !== 'selection' && item.kind !== 'symbol') || item.uri !== uri) return { id, item };
      const { startLine, endLine } = changes.reduce(movedBy, item);
      return { id, item: { ...item, startLine, endLine } };
    });
    if (items.some((each, index) => !sameItem(each.item, this.items[index]?.item ?? each.item))) this.replace(items);
  }

  /**
   * Reads everything for a question that is sent now. `undefined` where something cannot be read: the view says so then, and nothing is to
   * be sent.
   */
  async take(): Promise<Omit<LocatedContent, 'text'> | undefined> {
    await this.refresh();
    return this.items.every(({ id }) => this.readings.get(id)?.kind === 'read') ? this.content : undefined;
  }

  dispose(): void {
    this.changes.dispose();
  }

  private replace(items: readonly DraftItem[]): void {
    this.kept = items;
    this.deps.memory.items = items;
    for (const id of this.readings.keys()) if (!items.some((each) => each.id === id)) this.readings.delete(id);
    this.changes.fire(undefined);
  }
}

/** Joins the text read of `item` with the item's URI: that is the file the user means, whatever its path is called. */
function located(reading: Reading | undefined, item: Item): readonly Extract<Reading, { kind: 'read' }>[] {
  if (reading?.kind !== 'read') return [];
  return [!('uri' in item) ? reading : { ...reading, block: { ...reading.block, uri: item.uri } }];
}
