import { Emitter, type Disposable, type Event } from '../../../util/event';
import type { ContextMessage, DraftAttachmentView, GaugeView, HostMessage, SlashCommandView } from '../../../contract/webview/chatMessages';
import { servingModel, type ServingModel } from '../../llm/languageModel';
import type { Idle } from '../../llm/idleWarmUp';
import { TokenCounter, type CountingEngine } from './tokenCounter';
import type { DraftContext } from './draftContext';
import { readGauge, type ForecastWords, type GaugeSource } from './contextGauge';
import { readDropped, type Dropped, type Item, type LineChange } from './contextItems';
import type { LocatedContent } from './locatedContent';
import type { Suggestions } from './mentionSuggestions';

/** Told of what happens to documents. */
export interface DocumentListener {
  /** Lines moved, of what may be attached. */
  moved(uri: string, changes: readonly LineChange[]): void;
  /** There is another text in it, or it came or went. */
  changed(uri: string): void;
  /** Other problems are reported. */
  diagnosed(): void;
}

export interface ViewContextDeps {
  readonly draft: DraftContext;
  readonly suggestions: Suggestions;
  readonly commands: readonly SlashCommandView[];
  readonly engine: CountingEngine;
  readonly words: ForecastWords;
  /** Waits for a pause in the typing of a question. */
  readonly idle: Idle;
  /** Waits for a longer one, as in the typing in a document that is attached. */
  readonly calm: Idle;
  readonly watch: (listener: DocumentListener) => Disposable;
  /** Shows where an item is from. */
  readonly open: (item: Item) => Promise<void>;
  /** Offers to use a file as the model. */
  readonly offerModel: (uri: string) => Promise<void>;
}

/** Stands for all documents' problems. */
const PROBLEMS = 'problems';

/** By what a change of it is told. */
function sourceKey(item: Item): string {
  return item.kind !== 'problems' && 'uri' in item ? item.uri : item.kind;
}

/** What one view has beside its conversation: what is attached to its draft, what may be, and how full the context would be with it. */
export class ViewContext implements Disposable {
  private readonly messages = new Emitter<HostMessage>();
  private readonly counter: TokenCounter;
  private readonly subscriptions: readonly Disposable[];
  private pending: Disposable | undefined;
  /** Documents that changed since they were read. */
  private readonly stale = new Set<string>();
  private reading: Disposable | undefined;
  private source: (() => GaugeSource) | undefined;
  private counted: GaugeView | undefined;
  /** Counts of counts: one that ends after a younger one has begun says nothing any more. */
  private rounds = 0;

  /** What the view has to know of it. */
  readonly onMessage: Event<HostMessage> = this.messages.event;

  constructor(private readonly deps: ViewContextDeps) {
    this.counter = new TokenCounter(deps.engine);
    this.subscriptions = [
      deps.draft.onDidChange(() => {
        this.fireAttachments();
        this.changed();
      }),
      deps.watch({
        moved: (uri, changes) => {
          deps.draft.moved(uri, changes);
        },
        changed: (uri) => {
          this.readAgain(uri);
        },
        diagnosed: () => {
          this.readAgain(PROBLEMS);
        },
      }),
    ];
  }

  get attachments(): readonly DraftAttachmentView[] {
    const { draft, engine } = this.deps;
    const isEstimate = servingModel(engine.state)?.estimatesTokens ?? false;
    return draft.views(({ id }) => {
      const reading = draft.reading(id);
      const tokens = reading?.kind === 'read' ? this.counter.of(reading.block.text) : undefined;
      return tokens === undefined ? {} : { tokens, ...(isEstimate ? { isEstimate } : {}) };
    });
  }

  get gauge(): GaugeView | undefined {
    return this.counted;
  }

  get commands(): readonly SlashCommandView[] {
    return this.deps.commands;
  }

  /** The view is there: reads what is attached, and counts. */
  start(source: () => GaugeSource): void {
    this.source = source;
    this.changed();
    void this.deps.draft.refresh();
  }

  /** Something else would be sent now: it is counted at the next pause. */
  changed(): void {
    this.pending?.dispose();
    this.pending = this.deps.idle(() => {
      void this.count();
    });
  }

  /** The content of a question that is sent now; `undefined` where an attachment cannot be read, which its chip then says. */
  take(): Promise<Omit<LocatedContent, 'text'> | undefined> {
    return this.deps.draft.take();
  }

  /** The question was sent. */
  clear(): void {
    this.deps.draft.clear();
  }

  attach(items: readonly Item[]): Promise<void> {
    return this.deps.draft.add(items);
  }

  async receive(message: ContextMessage): Promise<void> {
    const { draft, suggestions } = this.deps;
    switch (message.type) {
      case 'suggest': {
        const items = await suggestions.suggest(message.query);
        this.messages.fire({ type: 'suggestions', request: message.request, items });
        return;
      }
      case 'attach':
        return draft.add(await suggestions.take(message.suggestion));
      case 'detach':
        draft.remove(message.attachment);
        return;
      case 'drop':
        return this.drop(readDropped(message.uris));
      case 'openAttachment': {
        const found = draft.items.find(({ id }) => id === message.attachment);
        if (found !== undefined) await this.deps.open(found.item);
        return;
      }
    }
  }

  dispose(): void {
    this.pending?.dispose();
    this.reading?.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
    this.messages.dispose();
    this.deps.draft.dispose();
  }

  private readAgain(changed: string): void {
    const { calm, draft } = this.deps;
    if (!draft.items.some(({ item }) => sourceKey(item) === changed)) return;
    this.stale.add(changed);
    this.reading?.dispose();
    this.reading = calm(() => {
      const keys = new Set(this.stale);
      this.stale.clear();
      void draft.refresh(({ item }) => keys.has(sourceKey(item)));
    });
  }

  private async drop({ files, model }: Dropped): Promise<void> {
    await this.deps.draft.add(files);
    if (model !== undefined) await this.deps.offerModel(model);
  }

  private async count(): Promise<void> {
    if (this.source === undefined) return;
    const round = ++this.rounds;
    const { draft, engine, words } = this.deps;
    const facts = (): ServingModel | undefined => servingModel(engine.state);
    const gauge = await readGauge(this.source(), draft.content, this.counter, facts, words);
    if (round !== this.rounds) return;
    this.counted = gauge;
    this.messages.fire({ type: 'gauge', ...(gauge === undefined ? {} : { gauge }) });
    // Their counts are known now.
    if (this.deps.draft.items.length > 0) this.fireAttachments();
  }

  private fireAttachments(): void {
    this.messages.fire({ type: 'attachments', attachments: this.attachments });
  }
}
