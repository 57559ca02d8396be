import { Emitter, type Disposable, type Event } from '../../base/event';
import type { HostMessage, ViewState } from '../../protocol/webview';
import type { Engine } from '../engine/engine';
import { isProblemActionId, type ProblemActionId } from '../engine/problemActions';
import { WarmUp, type Idle } from '../engine/warmUp';
import type { Log } from '../services/log';
import { Answer } from './answer';
import type { ConversationStore } from './conversations';
import type { ChatMemory } from './memory';
import { historyOf, newConversation, newTurn, titleOf, type Conversation, type Question, type StoredTurn } from './records';
import type { ChatTexts } from './texts';
import { attachmentsOf, turnView } from './turnView';

/** What another feature needs to put a question into the chat. */
export interface ChatAsker {
  /** Asks in the open conversation, or in a new one; in a new one also where the open one is still answering. */
  ask(question: Question, options: { readonly newConversation: boolean }): Promise<void>;
}

export interface ChatSettings {
  /** System text; empty for none. */
  readonly system: string;
  readonly temperature: number;
  readonly maxTokens: number;
}

export interface ChatControllerDeps {
  readonly engine: Engine;
  readonly store: ConversationStore;
  readonly memory: ChatMemory;
  readonly texts: ChatTexts;
  readonly settings: () => ChatSettings;
  readonly log: Log;
  readonly runAction: (id: Exclude<ProblemActionId, 'retry'>) => void;
  readonly idle: Idle;
  readonly newId: () => string;
  readonly newSeed: () => number;
  readonly now: () => number;
}

/** As in Meta's reference code; `topK` is llama.cpp's default. */
const SAMPLING = { topP: 0.9, topK: 40 } as const;

/**
 * The chat without its view: conversations, the answers under way, and what the view is told. An answer belongs to its conversation and
 * goes on while another is open; a conversation has at most one.
 */
export class ChatController implements ChatAsker, Disposable {
  private readonly messages = new Emitter<HostMessage>((error) => {
    this.deps.log.error(`view: ${String(error)}`);
  });
  private readonly busyChanges = new Emitter<boolean>();
  /** Answers under way, by the id of the conversation they belong to. */
  private readonly answers = new Map<string, { readonly answer: Answer; readonly conversation: Conversation }>();
  private readonly warmUp: WarmUp;
  private readonly engineSubscription: Disposable;
  private readonly restored: Promise<void>;
  private conversation: Conversation;
  private viewOpen = false;
  /** Calls of {@link open}: of two, the one called last shows its conversation. */
  private opens = 0;

  /** What the view has to know, in order. */
  readonly onMessage: Event<HostMessage> = this.messages.event;
  /** Whether the open conversation has an answer under way. */
  readonly onDidChangeBusy: Event<boolean> = this.busyChanges.event;

  constructor(private readonly deps: ChatControllerDeps) {
    this.conversation = newConversation(deps.newId(), deps.now());
    this.warmUp = new WarmUp(deps.engine, deps.idle);
    this.engineSubscription = deps.engine.onDidChangeState((state) => {
      this.messages.fire({ type: 'engine', engine: deps.texts.engine(state) });
      if (state.kind === 'ready') this.warm();
    });
    this.restored = this.restore();
  }

  /** The view has loaded or lost step: tells it everything. */
  async viewReady(): Promise<void> {
    // Before anything is waited for: the view may be closed meanwhile.
    this.viewOpen = true;
    await this.restored;
    // Whoever opens the chat is about to ask: the model loads while they type.
    this.deps.engine.start();
    this.messages.fire({ type: 'state', state: this.viewState() });
    this.warm();
  }

  /** The view was hidden or thrown away: nothing is evaluated ahead any more. Answers under way go on. */
  viewClosed(): void {
    this.viewOpen = false;
    this.warmUp.cancel();
  }

  /** Asks `text` in the open conversation. While an answer is under way there the text is given back as the draft. */
  async send(text: string): Promise<void> {
    await this.restored;
    if (text.trim() === '') return;
    if (this.answers.has(this.conversation.id)) {
      this.deps.memory.draft = text;
      // Not as a state: in that, what has been typed since would win over the host's draft, and the question be lost.
      this.messages.fire({ type: 'returned', text });
      return;
    }
    this.deps.memory.draft = '';
    this.begin({ text });
  }

  async ask(question: Question, options: { readonly newConversation: boolean }): Promise<void> {
    await this.restored;
    if (options.newConversation || this.answers.has(this.conversation.id)) this.startConversation();
    this.begin(question);
  }

  /** Ends the answer under way in the open conversation; what it has written stays. */
  stop(): void {
    this.answers.get(this.conversation.id)?.answer.stop();
  }

  async newChat(): Promise<void> {
    await this.restored;
    this.startConversation();
    this.messages.fire({ type: 'focusInput' });
    this.warm();
  }

  /** Shows another conversation; `false` where there is none with this id. */
  async open(id: string): Promise<boolean> {
    await this.restored;
    const asked = ++this.opens;
    const stored = this.answers.has(id) ? undefined : await this.deps.store.read(id);
    // Looked up after the disk was read: an answer may have begun meanwhile, or another call opened the same one.
    const conversation = this.newest(id, stored);
    if (conversation === undefined) return false;
    if (conversation === this.conversation || asked !== this.opens) return true;
    this.show(conversation);
    this.warm();
    return true;
  }

  /** Deletes a conversation, and opens a new one in its place if it was open. The result, where there was one, brings it back. */
  async remove(id: string): Promise<(() => Promise<void>) | undefined> {
    this.answers.get(id)?.answer.stop();
    const conversation = this.newest(id, await this.deps.store.read(id));
    await this.deps.store.remove(id);
    const wasOpen = id === this.conversation.id;
    if (wasOpen) this.startConversation();
    if (conversation === undefined) return undefined;
    return async () => {
      await this.deps.store.restore(conversation);
      if (wasOpen && this.conversation.turns.length === 0) this.show(conversation);
    };
  }

  /** Keeps what was typed and not sent. */
  setDraft(text: string): void {
    this.deps.memory.draft = text;
  }

  /** A button was pressed. Ids come from the webview: one that is not ours does nothing. */
  act(id: string, turnId: string | undefined): void {
    if (!isProblemActionId(id)) return;
    if (id !== 'retry') this.deps.runAction(id);
    else if (turnId !== undefined) this.retry(turnId);
  }

  dispose(): void {
    for (const { answer } of this.answers.values()) answer.stop();
    this.engineSubscription.dispose();
    this.warmUp.dispose();
    this.messages.dispose();
    this.busyChanges.dispose();
  }

  private async restore(): Promise<void> {
    const id = this.deps.memory.conversationId;
    const conversation = id === undefined ? undefined : await this.deps.store.read(id);
    if (conversation !== undefined) this.conversation = conversation;
  }

  private retry(turnId: string): void {
    const turns = this.conversation.turns;
    const turn = turns.at(-1);
    if (turn?.id !== turnId || turn.state !== 'failed' || this.answers.has(this.conversation.id)) return;
    if (this.deps.engine.state.kind === 'failed') this.deps.engine.restart();
    if (turn.answer === '') {
      turns.pop();
      this.fireState();
    } else {
      turn.superseded = true;
    }
    this.begin({ ...turn.user, ...(turn.title === undefined ? {} : { title: turn.title }) });
  }

  /** One object a conversation: the one in use here, unless another window has written a newer one and no answer is under way. */
  private newest(id: string, stored: Conversation | undefined): Conversation | undefined {
    const answering = this.answers.get(id)?.conversation;
    if (answering !== undefined) return answering;
    if (id !== this.conversation.id) return stored;
    return stored !== undefined && stored.updatedAt > this.conversation.updatedAt ? stored : this.conversation;
  }

  private startConversation(): void {
    if (this.conversation.turns.length > 0) this.show(newConversation(this.deps.newId(), this.deps.now()));
  }

  private show(conversation: Conversation): void {
    this.conversation = conversation;
    this.deps.memory.conversationId = conversation.turns.length === 0 ? undefined : conversation.id;
    this.fireState();
    this.busyChanges.fire(this.answers.has(conversation.id));
  }

  private begin(question: Question): void {
    this.warmUp.cancel();
    const { conversation, deps } = this;
    const { system, temperature, maxTokens } = deps.settings();
    const history = historyOf(conversation.turns);
    const turn = newTurn(deps.newId(), question);
    const { user } = turn;
    const previous = conversation.turns.at(-1);
    conversation.turns.push(turn);
    if (conversation.title === '')
      conversation.title = titleOf([question.title ?? question.text, ...attachmentsOf(question).map(({ label }) => label)].join(' '));
    deps.memory.conversationId = conversation.id;
    const answer = new Answer(turn, deps.engine, {
      changed: () => {
        this.fireTurn(conversation, turn);
      },
      appended: (at, text) => {
        this.touch(conversation);
        if (conversation === this.conversation) this.messages.fire({ type: 'delta', turnId: turn.id, at, text });
      },
    });
    this.answers.set(conversation.id, { answer, conversation });
    this.touch(conversation);
    this.busyChanges.fire(true);
    if (previous !== undefined) this.fireTurn(conversation, previous);
    this.fireTurn(conversation, turn);
    const sampling = { ...SAMPLING, temperature, seed: deps.newSeed() };
    void this.finish(conversation, turn, answer.run({ system, history, user, sampling, maxTokens }));
  }

  private async finish(conversation: Conversation, turn: StoredTurn, run: Promise<void>): Promise<void> {
    await run;
    this.answers.delete(conversation.id);
    this.touch(conversation);
    void this.deps.store.flush();
    this.deps.log.info(
      `answer ${turn.state}${turn.error === undefined ? '' : ` (${turn.error.kind})`}, ${String(turn.tokens.length)} tokens`,
    );
    this.fireTurn(conversation, turn);
    if (conversation === this.conversation) this.busyChanges.fire(false);
  }

  private touch(conversation: Conversation): void {
    conversation.updatedAt = this.deps.now();
    this.deps.store.save(conversation);
  }

  private warm(): void {
    if (!this.viewOpen || this.answers.size > 0) return;
    const { conversation } = this;
    this.warmUp.request(`${conversation.id} ${String(conversation.turns.length)}`, () => ({
      kind: 'chat',
      system: this.deps.settings().system,
      history: historyOf(this.conversation.turns),
    }));
  }

  private fireState(): void {
    this.messages.fire({ type: 'state', state: this.viewState() });
  }

  private fireTurn(conversation: Conversation, turn: StoredTurn): void {
    if (conversation === this.conversation) this.messages.fire({ type: 'turn', turn: this.view(turn) });
  }

  private view(turn: StoredTurn): ReturnType<typeof turnView> {
    const answer = this.answers.get(this.conversation.id)?.answer;
    const live = answer?.turn === turn ? answer.state : undefined;
    return turnView(turn, { live, last: turn === this.conversation.turns.at(-1) }, this.deps.texts);
  }

  private viewState(): ViewState {
    const { conversation, deps } = this;
    return {
      conversationId: conversation.id,
      title: conversation.title === '' ? deps.texts.untitled : conversation.title,
      turns: conversation.turns.map((turn) => this.view(turn)),
      engine: deps.texts.engine(deps.engine.state),
      draft: deps.memory.draft,
      strings: deps.texts.webview,
    };
  }
}
