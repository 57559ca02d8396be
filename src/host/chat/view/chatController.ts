import type { CommandResult } from '../../../contract/chat';
import { Emitter, type Disposable, type Event } from '../../../util/event';
import type { ContextMessage, HostMessage, ViewState } from '../../../contract/webview/chatMessages';
import type { LanguageModel } from '../../llm/languageModel';
import { isProblemActionId, type ProblemActionId } from '../../ui/errorActions';
import type { Log } from '../../services/log';
import { readBranches, shownPath } from '../store/turnTree';
import type { GaugeSource } from '../context/contextGauge';
import { withAttached, type Item } from '../context/contextItems';
import { sourcesOf, type Source } from '../context/attachmentLabels';
import type { ViewContext } from '../context/viewContext';
import type { ChatMemory } from '../store/chatMemory';
import { historyOf, isTold, titleOf, type Conversation, type Question, type StoredTurn } from '../store/conversationRecords';
import type { ChatService, ConversationChange } from '../service/chatService';
import type { ChatTexts } from '../service/chatTexts';
import { turnView } from './turnView';

/** What another feature needs to put a question into the chat. */
export interface ChatAsker {
  /** Asks in the open conversation, or in a new one; in a new one also where the open one is still answering. */
  ask(question: Question, options: { readonly newConversation: boolean }): Promise<void>;
}

/** `undefined` for a message that begins with no command, and is sent as it is. */
export type ResolveCommand = (text: string) => Promise<CommandResult<Question> | undefined>;

export interface ChatControllerDeps {
  readonly service: ChatService;
  readonly engine: LanguageModel;
  /** Of this view alone. */
  readonly memory: ChatMemory;
  /** Of this view alone, which disposes of it. */
  readonly context: ViewContext;
  /** Shows where something in a question was from. */
  readonly openSource: (source: Source) => Promise<void>;
  readonly texts: ChatTexts;
  readonly log: Log;
  readonly runAction: (id: Exclude<ProblemActionId, 'retry'>) => void;
  readonly resolveCommand: ResolveCommand;
}

/** One view of the chat without its page: which conversation it shows, its draft, and what its page is told. */
export class ChatController implements ChatAsker, Disposable {
  private readonly messages = new Emitter<HostMessage>((error) => {
    this.deps.log.error(`view: ${String(error)}`);
  });
  private readonly busyChanges = new Emitter<boolean>();
  private readonly titleChanges = new Emitter<string>();
  private readonly subscriptions: readonly Disposable[];
  private readonly restored: Promise<void>;
  private conversation: Conversation;
  private viewOpen = false;
  /** The input gets the focus as soon as there is a page. */
  private focusWanted = false;
  /** Calls of {@link open}: of two, the one called last shows its conversation. */
  private opens = 0;
  /** The deleted conversation in whose place the open one stands. */
  private replaced: Conversation | undefined;

  /** What the view has to know, in order. */
  readonly onMessage: Event<HostMessage> = this.messages.event;
  /** Whether the open conversation has an answer under way. */
  readonly onDidChangeBusy: Event<boolean> = this.busyChanges.event;
  /** The open conversation's title, or that of another one that is open now. */
  readonly onDidChangeTitle: Event<string> = this.titleChanges.event;

  constructor(private readonly deps: ChatControllerDeps) {
    this.conversation = deps.service.create();
    this.subscriptions = [
      deps.engine.onDidChangeState((state) => {
        this.messages.fire({ type: 'engine', engine: deps.texts.engine(state) });
        deps.context.changed();
      }),
      deps.service.onDidChange((change) => {
        this.onChange(change);
      }),
      deps.context.onMessage((message) => {
        this.messages.fire(message);
      }),
      deps.context,
    ];
    this.restored = this.restore();
  }

  /** Of the open conversation. */
  get title(): string {
    return this.conversation.title === '' ? this.deps.texts.untitled : this.conversation.title;
  }

  get isAnswering(): boolean {
    return this.deps.service.isAnswering(this.conversation);
  }

  /** The open conversation; `undefined` before its first question. */
  async openConversation(): Promise<Conversation | undefined> {
    await this.restored;
    return this.conversation.turns.length === 0 ? undefined : this.conversation;
  }

  /** The view has loaded or lost step: tells it everything. */
  async viewReady(): Promise<void> {
    // Before anything is waited for: the view may be closed meanwhile.
    this.viewOpen = true;
    await this.restored;
    // Whoever opens the chat is about to ask: the model loads while they type.
    this.deps.engine.start();
    this.fireState();
    if (this.focusWanted) this.focusInput();
    this.deps.context.start(() => this.gaugeSource());
    this.warm();
  }

  /** The view was hidden or thrown away: nothing is evaluated ahead any more. Answers under way go on. */
  viewClosed(): void {
    this.viewOpen = false;
    this.deps.service.stopWarming(this.conversation);
  }

  /**
   * Asks `text`, or what the command at its beginning makes of it, with what is attached, in the open conversation. While an answer is
   * under way there, or where the command cannot be done or an attachment not be read, the text is given back as the draft.
   */
  async send(text: string): Promise<void> {
    const { draft } = this.deps.memory;
    await this.restored;
    if (text.trim() === '') return;
    const { context, service } = this.deps;
    const { conversation } = this;
    if (service.isAnswering(conversation)) {
      this.giveBack(text);
      return;
    }
    const command = await this.deps.resolveCommand(text);
    if (command?.kind === 'done') {
      this.dropDraft(draft);
      return;
    }
    const attached = command?.kind === 'refused' ? undefined : await context.take();
    // An answer may have begun in another view meanwhile, or another conversation have been opened.
    if (command?.kind === 'refused' || attached === undefined || conversation !== this.conversation || service.isAnswering(conversation)) {
      this.giveBack(text);
      return;
    }
    this.dropDraft(draft);
    context.clear();
    this.begin(withAttached(command?.question ?? { text }, attached));
  }

  async ask(question: Question, options: { readonly newConversation: boolean }): Promise<void> {
    await this.restored;
    if (options.newConversation || this.isAnswering) this.startConversation();
    this.begin(question);
  }

  /** Ends the answer under way in the open conversation; what it has written stays. */
  stop(): void {
    this.deps.service.stop(this.conversation);
  }

  async newChat(): Promise<void> {
    await this.restored;
    this.startConversation();
    this.focusInput();
    this.warm();
  }

  /** Puts the cursor where the next question is typed, as soon as there is a page. */
  focusInput(): void {
    this.focusWanted = !this.viewOpen;
    if (this.viewOpen) this.messages.fire({ type: 'focusInput' });
  }

  /** Shows another conversation; `false` where there is none with this id. */
  async open(id: string): Promise<boolean> {
    await this.restored;
    const asked = ++this.opens;
    const conversation = await this.deps.service.load(id);
    if (conversation === undefined) return false;
    if (conversation === this.conversation || asked !== this.opens) return true;
    this.show(conversation);
    this.warm();
    return true;
  }

  /** Keeps what was typed and not sent. */
  setDraft(text: string): void {
    this.deps.memory.draft = text;
    this.deps.context.changed();
    // Where somebody types, the next question is expected, and not in another view.
    this.warm();
  }

  /** Attaches to the draft. */
  attach(items: readonly Item[]): Promise<void> {
    return this.deps.context.attach(items);
  }

  /** Something was done with the draft's attachments. */
  receive(message: ContextMessage): Promise<void> {
    return this.deps.context.receive(message);
  }

  /** An attachment of a question was clicked. */
  async openSource(turnId: string, index: number): Promise<void> {
    const turn = this.conversation.turns.find(({ id }) => id === turnId);
    const source = turn && sourcesOf(turn.user)[index];
    if (source !== undefined) await this.deps.openSource(source);
  }

  /** A button was pressed. Ids come from the webview: one that is not ours does nothing. */
  act(id: string, turnId: string | undefined): void {
    if (!isProblemActionId(id)) return;
    if (id !== 'retry') this.deps.runAction(id);
    else if (turnId !== undefined) this.askAgain(turnId);
  }

  /** Asks the question of a turn again, in other words where some are given, which come back as the draft where that cannot be. */
  askAgain(turnId: string, text?: string): void {
    if (this.deps.service.askAgain(this.conversation, turnId, text) || text === undefined || text.trim() === '') return;
    this.messages.fire({ type: 'returned', text });
  }

  showSibling(turnId: string, places: number): void {
    this.deps.service.showSibling(this.conversation, turnId, places);
    this.warm();
  }

  keepEdit(turnId: string, text: string | undefined): void {
    this.deps.service.keepEdit(this.conversation, turnId, text);
  }

  /** The turn of the open conversation with this id. */
  turn(turnId: string): StoredTurn | undefined {
    return this.conversation.turns.find(({ id }) => id === turnId);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.messages.dispose();
    this.busyChanges.dispose();
    this.titleChanges.dispose();
  }

  /** What was the draft when it was sent. What has been typed since is the next one. */
  private dropDraft(sent: string): void {
    if (this.deps.memory.draft === sent) this.deps.memory.draft = '';
  }

  private giveBack(text: string): void {
    this.deps.memory.draft = text;
    // Not as a state: in that, what has been typed since would win over the host's draft, and the question be lost.
    this.messages.fire({ type: 'returned', text });
  }

  private async restore(): Promise<void> {
    const id = this.deps.memory.conversationId;
    const conversation = id === undefined ? undefined : await this.deps.service.load(id);
    if (conversation !== undefined) this.conversation = conversation;
  }

  private onChange(change: ConversationChange): void {
    if (change.kind === 'restored') {
      if (change.conversation === this.replaced && this.conversation.turns.length === 0) this.show(change.conversation);
      return;
    }
    if (change.conversation !== this.conversation) return;
    switch (change.kind) {
      case 'turn':
        this.messages.fire({ type: 'turn', turn: this.view(change.turn) });
        return;
      case 'delta':
        this.messages.fire({ type: 'delta', turnId: change.turn.id, at: change.at, text: change.text });
        return;
      case 'all':
        this.fireState();
        this.titleChanges.fire(this.title);
        return;
      case 'title':
        this.messages.fire({ type: 'title', title: this.title });
        this.titleChanges.fire(this.title);
        return;
      case 'busy':
        this.busyChanges.fire(change.busy);
        this.deps.context.changed();
        return;
      case 'removed':
        this.show(this.deps.service.create());
        this.replaced = change.conversation;
        return;
    }
  }

  private startConversation(): void {
    if (this.conversation.turns.length > 0) this.show(this.deps.service.create());
  }

  private show(conversation: Conversation): void {
    this.conversation = conversation;
    this.replaced = undefined;
    this.deps.memory.conversationId = conversation.turns.length === 0 ? undefined : conversation.id;
    this.fireState();
    this.titleChanges.fire(this.title);
    this.busyChanges.fire(this.isAnswering);
  }

  private begin(question: Question): void {
    this.deps.memory.conversationId = this.conversation.id;
    this.deps.service.begin(this.conversation, question);
  }

  private warm(): void {
    if (this.viewOpen) this.deps.service.warm(this.conversation);
  }

  private fireState(): void {
    this.messages.fire({ type: 'state', state: this.viewState() });
    this.deps.context.changed();
  }

  /** What would be sent now. */
  private gaugeSource(): GaugeSource {
    const turns = shownPath(this.conversation);
    const { system, maxTokens } = this.deps.service.settings;
    const titles = turns.filter(isTold).map(({ title, user }) => titleOf(title ?? user.text));
    const history = historyOf(turns).map((turn, index) => ({ ...turn, title: titles[index] ?? '' }));
    return { system, maxTokens, history, question: this.deps.memory.draft };
  }

  private view(
    turn: StoredTurn,
    path = shownPath(this.conversation),
    branches = readBranches(this.conversation),
  ): ReturnType<typeof turnView> {
    const { conversation, deps } = this;
    return turnView(
      turn,
      {
        live: deps.service.liveState(conversation, turn),
        last: turn === path.at(-1),
        branch: branches.get(turn.id) ?? { position: 1, count: 1 },
      },
      deps.texts,
    );
  }

  private viewState(): ViewState {
    const { conversation, deps } = this;
    const path = shownPath(conversation);
    const branches = readBranches(conversation);
    return {
      conversationId: conversation.id,
      title: this.title,
      turns: path.map((turn) => this.view(turn, path, branches)),
      engine: deps.texts.engine(deps.engine.state),
      draft: deps.memory.draft,
      attachments: deps.context.attachments,
      ...(deps.context.gauge === undefined ? {} : { gauge: deps.context.gauge }),
      commands: deps.context.commands,
    };
  }
}
